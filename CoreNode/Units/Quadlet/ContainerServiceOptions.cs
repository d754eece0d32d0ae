using CoreNode.Units.Model;

namespace CoreNode.Units.Quadlet;

/// <summary>Collects the service's options; those that are made have the line of what they are made of.</summary>
internal sealed class ContainerServiceOptions(ContainerOptions container)
{
    private readonly List<UnitOption> _options = [];
    private readonly List<int> _lines = [];

    /// <summary>What was collected.</summary>
    public IReadOnlyList<UnitOption> Options => _options;

    /// <summary>The line of each.</summary>
    public IReadOnlyList<int> Lines => _lines;

    /// <summary>Adds one.</summary>
    public void Add(int line, string section, string name, string value)
    {
        _options.Add(new UnitOption(section, name, value));
        _lines.Add(line);
    }

    /// <summary>What every container waits for; before what the file says itself.</summary>
    public void AddUnit(UnitFile source)
    {
        if (source.Value("Quadlet", "DefaultDependencies") is not { } text
            || !UnitWords.TryBoolean(text, out bool isWanted) || isWanted)
        {
            Add(0, "Unit", "Wants", "network-online.target");
            Add(0, "Unit", "After", "network-online.target");
        }

        Add(0, "Unit", "RequiresMountsFor", "%t/containers");
        foreach ((string volume, int line) in container.Each("Volume"))
        {
            if (ContainerValues.FolderOf(volume) is { Length: > 0 } folder)
                Add(line, "Unit", "RequiresMountsFor", folder);
        }
    }

    /// <summary>What systemd is to do; behind what the file says itself.</summary>
    public void AddService(UnitFile source, ContainerCommand podman, bool isOneshot)
    {
        int line = Math.Max(container.LineOf("Image"), container.LineOf("Rootfs"));
        void Service(string name, string value) => Add(line, "Service", name, value);
        if (source.Value("Service", "SyslogIdentifier") is null)
            Service("SyslogIdentifier", "%N");
        // By it podman knows the unit of a container.
        Service("Environment", "PODMAN_SYSTEMD_UNIT=%n");
        // The container's processes are podman's to end; what is left of them, and podman's monitor, systemd's.
        if (source.Value("Service", "KillMode") is null)
            Service("KillMode", "mixed");
        Service("Delegate", "yes");
        if (!isOneshot)
        {
            if (source.Value("Service", "Type") is null)
                Service("Type", "notify");
            Service("NotifyAccess", "all");
        }

        Service("ExecStart", podman.Run());
        if (podman.Reload() is { } reload)
            Service("ExecReload", reload);
        // Where the monitor was killed ExecStop= is not run, and the container would stay.
        Service("ExecStop", podman.Remove());
        Service("ExecStopPost", $"-{podman.Remove()}");
    }
}
