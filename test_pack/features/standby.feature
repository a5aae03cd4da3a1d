Feature: Standby

  Scenario: The box sleeps and wakes
    Given I go to the state "standby"
    Then the screen is black within 5 seconds
    When I press KEY_POWER
    Then I see "start_here.png" within 10 seconds
