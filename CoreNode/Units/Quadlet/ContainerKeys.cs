using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Units.Quadlet;

/// <summary>
/// The keys of [Container] (podman-systemd.unit(5), podman 4.4 to 5.x) and what each becomes on podman's command line,
/// in the order in which they come there. Kinds: <c>last</c> value, <c>each</c> value, each of the <c>words</c> of all
/// values, each key=value of them (<c>pairs</c>, the last of one name counts), yes or no (<c>flag</c>), an option where
/// yes (<c>yes</c>), words <c>as</c> they are, and what has code of its own (<c>own</c>). A value goes behind what the
/// option ends in, else it is the next word.
/// </summary>
internal static class ContainerKeys
{
    private const string Table = """
        Image own
        Rootfs own
        ContainerName own
        CgroupsMode own
        Notify own
        User own
        Group own
        Exec own
        ReloadCmd own
        ReloadSignal own
        GlobalArgs own
        ContainersConfModule own
        AutoUpdate own
        LogDriver last --log-driver
        LogOpt each --log-opt
        Timezone last --tz
        PidsLimit last --pids-limit
        ShmSize last --shm-size
        Entrypoint last --entrypoint
        WorkingDir last --workdir
        IP last --ip
        IP6 last --ip6
        HostName last --hostname
        StopSignal last --stop-signal
        StopTimeout last --stop-timeout
        Pull last --pull
        Memory last --memory
        Retry last --retry
        RetryDelay last --retry-delay
        NetworkAlias each --network-alias
        Ulimit each --ulimit
        DNS each --dns
        DNSOption each --dns-option
        DNSSearch each --dns-search
        GroupAdd each --group-add
        AddHost each --add-host
        Tmpfs each --tmpfs
        RunInit flag --init
        EnvironmentHost flag --env-host
        HttpProxy flag --http-proxy
        ReadOnlyTmpfs flag --read-only-tmpfs
        Network each --network
        NoNewPrivileges yes --security-opt no-new-privileges
        SecurityLabelDisable yes --security-opt label=disable
        SecurityLabelNested yes --security-opt label=nested
        SecurityLabelType last --security-opt label=type:
        SecurityLabelFileType last --security-opt label=filetype:
        SecurityLabelLevel last --security-opt label=level:
        AddDevice words --device
        SeccompProfile last --security-opt seccomp=
        AppArmor last --security-opt apparmor=
        DropCapability words --cap-drop
        AddCapability words --cap-add
        Sysctl words --sysctl
        ReadOnly flag --read-only
        VolatileTmp yes --tmpfs /tmp:rw,size=512M,mode=1777
        UserNS last --userns
        UIDMap each --uidmap
        GIDMap each --gidmap
        SubUIDMap last --subuidname
        SubGIDMap last --subgidname
        Volume each --volume
        ExposeHostPort each --expose
        PublishPort each --publish
        Environment pairs --env
        Label pairs --label
        Annotation pairs --annotation
        Mask words --security-opt mask=
        Unmask words --security-opt unmask=
        EnvironmentFile words --env-file
        Secret words --secret
        Mount words --mount
        HealthCmd last --health-cmd
        HealthInterval last --health-interval
        HealthLogDestination last --health-log-destination
        HealthMaxLogCount last --health-max-log-count
        HealthMaxLogSize last --health-max-log-size
        HealthOnFailure last --health-on-failure
        HealthRetries last --health-retries
        HealthStartPeriod last --health-start-period
        HealthStartupCmd last --health-startup-cmd
        HealthStartupInterval last --health-startup-interval
        HealthStartupRetries last --health-startup-retries
        HealthStartupSuccess last --health-startup-success
        HealthStartupTimeout last --health-startup-timeout
        HealthTimeout last --health-timeout
        PodmanArgs as
        """;

    private static readonly string[] s_rows = Table.Split('\n');

    private static readonly string[] s_names = Array.ConvertAll(s_rows, static row => row.Split(' ')[0]);

    /// <summary>Every key: its name, its kind and the option with what its value begins with.</summary>
    public static IReadOnlyList<string> Rows => s_rows;

    /// <summary>Why a key cannot be used, with what to do; empty for one that is known.</summary>
    public static string Complaint(string key)
    {
        if (Array.IndexOf(s_names, key) >= 0)
            return "";
        string reason = key switch
        {
            "Pod" or "StartWithPod" => "pods are not run here; PodmanArgs=--pod NAME joins one that is there",
            "ServiceName" => "the unit has the file's name; rename the file",
            "RemapUsers" or "RemapUid" or "RemapGid" or "RemapUidSize" => "podman has given it up; write UserNS=",
            _ => "",
        };
        if (reason.Length > 0)
            return $"{key}=: {reason}";
        string advice = NearestWord.Of(key, s_names) is { } meant ? $"; did you mean {meant}=?"
            : SystemdKeys.HomeOf(key) is { } home ? $"; it belongs into [{home}]"
            : $"; options of podman run go into PodmanArgs=";
        return $"[Container] has no {key}={advice}";
    }
}
