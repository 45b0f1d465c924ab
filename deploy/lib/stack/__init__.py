"""Starts the real servers (Kafka, InfluxDB) and our services on loopback: shared by deploy/local, deploy/demo and the
end-to-end tests. Standard library only."""
