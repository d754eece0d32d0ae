namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// What every key of CoreOS's services becomes; the table of docs/cloud-config.md, which a test compares with it.
/// </summary>
internal static class ServiceKeys
{
    private const string OwnStore = "the node's own store is used";

    /// <summary>coreos.etcd2 (etcd 2.x).</summary>
    public static readonly IReadOnlyList<ServiceKey> Etcd2 =
    [
        Same("advertise_client_urls", ServiceKeyKind.List),
        new("ca_file", ServiceKeyKind.Special, "trusted-ca-file with client-cert-auth"),
        Same("cert_file"),
        Same("client_cert_auth", ServiceKeyKind.Switch),
        Same("cors", ServiceKeyKind.List),
        Same("data_dir"),
        new("debug", ServiceKeyKind.Special, "log-level debug"),
        new("discovery", ServiceKeyKind.Special, "discovery"),
        new("discovery_fallback", ServiceKeyKind.Word, "discovery-fallback", "proxy", "exit"),
        Same("discovery_srv"),
        new("discovery_proxy", ServiceKeyKind.NoEffectWarned, "the discovery service is asked without a proxy"),
        Same("election_timeout", ServiceKeyKind.Number),
        new("enable_pprof", ServiceKeyKind.NoEffect, "there is no Go profiler"),
        Same("force_new_cluster", ServiceKeyKind.Switch),
        Same("heartbeat_interval", ServiceKeyKind.Number),
        Same("initial_advertise_peer_urls", ServiceKeyKind.List),
        Same("initial_cluster", ServiceKeyKind.List),
        new("initial_cluster_state", ServiceKeyKind.Word, "initial-cluster-state", "new", "existing"),
        Same("initial_cluster_token"),
        Same("key_file"),
        Same("listen_client_urls", ServiceKeyKind.List),
        Same("listen_peer_urls", ServiceKeyKind.List),
        new("log_package_levels", ServiceKeyKind.NoEffect, "log-level is one for all"),
        new("max_snapshots", ServiceKeyKind.NoEffect, "snapshots that nobody needs go by themselves"),
        new("max_wals", ServiceKeyKind.NoEffect, "the log keeps what is needed"),
        Same("name"),
        new("peer_ca_file", ServiceKeyKind.Special, "peer-trusted-ca-file with peer-client-cert-auth"),
        Same("peer_cert_file"),
        Same("peer_key_file"),
        Same("peer_client_cert_auth", ServiceKeyKind.Switch),
        Same("peer_trusted_ca_file"),
        new("proxy", ServiceKeyKind.Word, "proxy", "on", "off", "readonly"),
        new("proxy_dial_timeout", ServiceKeyKind.NoEffect, "a worker has its own limits"),
        new("proxy_failure_wait", ServiceKeyKind.NoEffect, "a worker has its own limits"),
        new("proxy_read_timeout", ServiceKeyKind.NoEffect, "a worker has its own limits"),
        new("proxy_refresh_interval", ServiceKeyKind.NoEffect, "a worker follows the members at once"),
        new("proxy_write_timeout", ServiceKeyKind.NoEffect, "a worker has its own limits"),
        Same("snapshot_count", ServiceKeyKind.Number),
        new("strict_reconfig_check", ServiceKeyKind.NoEffect, "changes of members are always checked"),
        Same("trusted_ca_file"),
        new("wal_dir", ServiceKeyKind.NoEffectWarned, "the log is in data-dir; mount a disk at raft/wal of it"),
    ];

    /// <summary>coreos.etcd (etcd 0.4); those of etcd2 have no effect there.</summary>
    public static readonly IReadOnlyList<ServiceKey> Etcd =
    [
        new("addr", ServiceKeyKind.Special, "advertise-client-urls"),
        new("bind_addr", ServiceKeyKind.Special, "listen-client-urls"),
        new("ca_file", ServiceKeyKind.Special, "trusted-ca-file with client-cert-auth"),
        Same("cert_file"),
        new("cluster_active_size", ServiceKeyKind.NoEffect, "members are added and removed by people"),
        new("cluster_remove_delay", ServiceKeyKind.NoEffect, "members are added and removed by people"),
        new("cluster_sync_interval", ServiceKeyKind.NoEffect, "members are added and removed by people"),
        Same("cors", ServiceKeyKind.List),
        Same("data_dir"),
        new("discovery", ServiceKeyKind.Special, "discovery"),
        new("graphite_host", ServiceKeyKind.NoEffectWarned, "metrics are at /metrics"),
        new("http_read_timeout", ServiceKeyKind.NoEffect, "connections have their own limits"),
        new("http_write_timeout", ServiceKeyKind.NoEffect, "connections have their own limits"),
        Same("key_file"),
        new("max_result_buffer", ServiceKeyKind.NoEffect, "the history has its own limit"),
        new("max_retry_attempts", ServiceKeyKind.NoEffect, "a member tries for ever"),
        Same("name"),
        new("peer_addr", ServiceKeyKind.Special, "initial-advertise-peer-urls"),
        new("peer_bind_addr", ServiceKeyKind.Special, "listen-peer-urls"),
        new("peer_ca_file", ServiceKeyKind.Special, "peer-trusted-ca-file with peer-client-cert-auth"),
        Same("peer_cert_file"),
        Same("peer_key_file"),
        new("peer_election_timeout", ServiceKeyKind.Number, "election-timeout"),
        new("peer_heartbeat_interval", ServiceKeyKind.Number, "heartbeat-interval"),
        new("peers", ServiceKeyKind.Special, "refused: it has no names; write initial-cluster or discovery"),
        new("peers_file", ServiceKeyKind.Special, "refused: it has no names; write initial-cluster or discovery"),
        new("retry_interval", ServiceKeyKind.NoEffect, "a member tries for ever"),
        new("snapshot", ServiceKeyKind.NoEffect, "there are always snapshots"),
        Same("snapshot_count", ServiceKeyKind.Number),
        new("trace", ServiceKeyKind.NoEffect, "there is no Go profiler"),
        new("verbose", ServiceKeyKind.Special, "log-level debug"),
        new("very_verbose", ServiceKeyKind.Special, "log-level debug"),
        new("very_very_verbose", ServiceKeyKind.Special, "log-level debug"),
    ];

    /// <summary>coreos.fleet.</summary>
    public static readonly IReadOnlyList<ServiceKey> Fleet =
    [
        new("agent_ttl", ServiceKeyKind.Time, "units-lease"),
        new("authorized_keys_file", ServiceKeyKind.NoEffect, "ssh checks its own keys"),
        new("disable_engine", ServiceKeyKind.NoEffect, "the leader places units; a worker never does"),
        new("disable_watches", ServiceKeyKind.NoEffect, "nothing is polled"),
        new("engine_reconcile_interval", ServiceKeyKind.NoEffect, "units are placed when something changes"),
        new("etcd_cafile", ServiceKeyKind.Special, "with etcd_servers elsewhere: trusted-ca-file"),
        new("etcd_certfile", ServiceKeyKind.Special, "with etcd_servers elsewhere: cert-file"),
        new("etcd_keyfile", ServiceKeyKind.Special, "with etcd_servers elsewhere: key-file"),
        new("etcd_key_prefix", ServiceKeyKind.Special, "no effect: units are below /_coreos.com/fleet"),
        new("etcd_request_timeout", ServiceKeyKind.NoEffect, "requests have their own limits"),
        new("etcd_servers", ServiceKeyKind.Special, "store, if they are not on this machine"),
        new("etcd_username", ServiceKeyKind.NoEffectWarned, "the node needs no user for its own store"),
        new("etcd_password", ServiceKeyKind.NoEffectWarned, "the node needs no user for its own store"),
        new("metadata", ServiceKeyKind.Special, "metadata"),
        Same("public_ip"),
        new("token_limit", ServiceKeyKind.NoEffect, "listings are told in pages by themselves"),
        new("verbosity", ServiceKeyKind.Special, "log-level debug, above 0"),
        new("verify_units", ServiceKeyKind.NoEffectWarned, "units are not signed; who may write them is checked"),
    ];

    /// <summary>coreos.locksmith.</summary>
    public static readonly IReadOnlyList<ServiceKey> Locksmith =
    [
        new("endpoint", ServiceKeyKind.Special, "store, if it is not on this machine and fleet says nothing"),
        new("etcd_cafile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_certfile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_keyfile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_username", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_password", ServiceKeyKind.NoEffect, OwnStore),
        new("group", ServiceKeyKind.Text, "reboot-group"),
        new("window_start", ServiceKeyKind.Special, "reboot-window, with window_length"),
        new("window_length", ServiceKeyKind.Special, "reboot-window, with window_start"),
    ];

    /// <summary>coreos.update.</summary>
    public static readonly IReadOnlyList<ServiceKey> Update =
    [
        new(
            "reboot_strategy", ServiceKeyKind.Word, "reboot-strategy", "etcd-lock", "reboot", "off", "best-effort"),
        new("group", ServiceKeyKind.Text, "update-group"),
        new("server", ServiceKeyKind.Text, "update-server"),
    ];

    /// <summary>coreos.flannel.</summary>
    public static readonly IReadOnlyList<ServiceKey> Flannel =
    [
        new("etcd_endpoints", ServiceKeyKind.Special, "store, if they are not on this machine and others say nothing"),
        new("etcd_cafile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_certfile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_keyfile", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_prefix", ServiceKeyKind.Text, "overlay-prefix"),
        new("etcd_username", ServiceKeyKind.NoEffect, OwnStore),
        new("etcd_password", ServiceKeyKind.NoEffect, OwnStore),
        new("ip_masq", ServiceKeyKind.Switch, "overlay-ip-masq"),
        new("subnet_file", ServiceKeyKind.Text, "overlay-subnet-file"),
        new("interface", ServiceKeyKind.Text, "overlay-interface"),
        new("public_ip", ServiceKeyKind.Text, "overlay-public-ip"),
    ];

    private static ServiceKey Same(string name, ServiceKeyKind kind = ServiceKeyKind.Text) =>
        new(name, kind, name.Replace('_', '-'));
}
