"""What a tariff says, in sentences and pictures, from the tables that are billed by."""
