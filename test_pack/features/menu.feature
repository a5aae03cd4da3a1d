Feature: The menu

  Background:
    Given the home menu is open

  Scenario: The menu key opens the settings
    When I press KEY_MENU
    Then I see "settings.png" within 5 seconds

  Scenario Outline: One key leads to <place>
    When I press <key>
    Then I see "<image>" within 5 seconds

    Examples:
      | place      | key        | image         |
      | the guide  | KEY_EPG    | tv_guide.png  |
      | the search | KEY_SEARCH | magnifier.png |

  @ocr
  Scenario: The settings have a section for the network
    When I press KEY_MENU
    Then I see "settings.png" within 5 seconds
    And I read "Network" within 20 seconds
