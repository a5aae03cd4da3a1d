"""What happens inside pytest when ``--qa-node`` is given: collection, the device, outcomes and evidence."""
