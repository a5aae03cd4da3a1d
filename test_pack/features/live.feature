Feature: Live television

  Scenario: Every channel moves
    Given the home menu is open
    When I watch channel 8
    Then the screen moves within 5 seconds
