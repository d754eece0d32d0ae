namespace CoreNode.Tests.Yaml;

/// <summary>Configurations as people write them, for tests that change them at random.</summary>
internal static class YamlSamples
{
    public const string Cluster = """
        #cloud-config

        hostname: "node1"
        ssh_authorized_keys:
          - "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC core@example"
        coreos:
          etcd2:
            # generate a new token for each cluster
            discovery: https://discovery.etcd.io/<token>
            advertise-client-urls: http://$private_ipv4:2379,http://$private_ipv4:4001
            initial-advertise-peer-urls: http://$private_ipv4:2380
            listen-client-urls: http://0.0.0.0:2379,http://0.0.0.0:4001
            listen-peer-urls: http://$private_ipv4:2380
          fleet:
            public-ip: $public_ipv4
            metadata: "region=eu,rack=7"
          units:
            - name: etcd2.service
              command: start
            - name: "docker.service"
              drop-ins:
                - name: 50-insecure.conf
                  content: |
                    [Service]
                    Environment=DOCKER_OPTS='--insecure-registry="10.0.1.0/24"'
            - {name: fleet.service, command: start, enable: yes}
        write_files:
          - path: /etc/motd
            permissions: "0644"
            owner: root:root
            encoding: gzip+base64
            content: !!str |-
              H4sIAAAAAAAA
        """;

    public const string Aliases = """
        defaults: &unit
          command: start
          enable: true
        more: &more {runtime: no}
        coreos:
          units:
            - <<: *unit
              name: a.service
            - <<: [*unit, *more]
              name: b.service
              command: stop
            - &last
              name: 'it''s c.service'
              content: >-
                folded
                text

                "and more"
            - *last
        users: !!seq
          - name: elroy
            passwd: "$6$5s2u6/jR$un0AvWnqilcgaNB3Mkxd5yYv6mTlWfOoCYHZmfi3LDKVltj.E8XNKEcwWm"
            groups: [sudo, docker]
            "no-create-home": ~
        ? complex
        : value
        """;

    public const string Options = """
        # options of a node
        name: one
        listen-client-urls: [http://10.0.0.1:2379, "http://127.0.0.1:2379"]
        keep-history: 24h
        discovery:
        metadata: "a=b"
        """;

    public const string Json = """
        { "hostname": "x", "list": [1, 2.5e3, true, null, "\u00e4\ud83d\ude00\/"],
          "nested": {"a": {"b": [[], {}, [{"c": ""}]]}} }
        """;

    public static readonly IReadOnlyList<string> All = [Cluster, Aliases, Options, Json];
}
