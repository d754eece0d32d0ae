using System.Diagnostics;
using System.Globalization;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// A real container engine on a machine of a site, told of the network by nothing but the file that the node wrote. It
/// has mounts and process numbers of its own: whatever it starts ends with this, and what it writes is in memory.
/// </summary>
internal sealed class EngineMachine : IAsyncDisposable
{
    /// <summary>Where containers serve files, and the address that they see.</summary>
    public const int Port = 8080;

    /// <summary>Size of the file that they serve.</summary>
    public const int LargeBytes = 1 << 20;

    private const string Image = "localhost/corenode-test:1";
    private const string Socket = "/run/docker.sock";
    private const string Groups = "/sys/fs/cgroup";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly OverlaySite _site;
    private readonly int _number;
    private readonly EngineKind _kind;
    private readonly TestFolder _folder = new();
    private readonly string _group = $"corenode-overlay-{Guid.NewGuid():N}";
    private readonly string _network;
    private RunningProgram? _holder;
    private RunningProgram? _daemon;
    private string _init = "";

    private EngineMachine(OverlaySite site, int number, EngineKind kind)
    {
        _site = site;
        _number = number;
        _kind = kind;
        _network = kind == EngineKind.Cni ? "corenode" : "overlay";
    }

    /// <summary>The engine, with an image of busybox.</summary>
    public static async Task<EngineMachine> StartAsync(OverlaySite site, int number, EngineKind kind)
    {
        EngineMachine machine = new(site, number, kind);
        try
        {
            await machine.HoldAsync();
            if (kind == EngineKind.Docker)
                await machine.StartDockerAsync();
            else
                machine.WriteSettings();
            machine.MakeImage();
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a container that serves files; its address as the engine says it.</summary>
    public string Run(string name)
    {
        string[] server = [Image, "/bin/httpd", "-f", "-p", $"0.0.0.0:{Port}", "-h", "/www"];
        if (_kind == EngineKind.Docker)
        {
            Engine(["run", "-d", "--name", name, "--ulimit", "nofile=1024:1024", .. server]);
            return Engine("inspect", "-f", "{{.NetworkSettings.IPAddress}}", name).Trim();
        }

        Engine(["run", "-d", "--name", name, "--network", _network, .. server]);
        return Engine("inspect", "-f", $"{{{{.NetworkSettings.Networks.{_network}.IPAddress}}}}", name).Trim();
    }

    /// <summary>What a command in a container writes.</summary>
    public string Inside(string name, params string[] words) => Engine(["exec", name, .. words]);

    public async ValueTask DisposeAsync()
    {
        // With the first process of its numbers all others of it go.
        if (_holder is not null)
        {
            if (_init.Length > 0 && !_holder.HasExited)
                Signals.Send(int.Parse(_init, CultureInfo.InvariantCulture), Signals.Kill);
            await _holder.WaitForExitAsync(s_limit);
            _holder.Dispose();
        }

        _daemon?.Dispose();
        RemoveGroups();
        _folder.Dispose();
    }

    private async Task HoldAsync()
    {
        // It ends with the pipe to it, that is with this process at the latest.
        // Where version 1 and 2 of control groups are both mounted crun refuses to run: it is left with the first one.
        const string Setup = """
            set -e
            for folder in /run /var/lib/cni /var/lib/containers /var/lib/docker; do
              [ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"
            done
            umount /sys/fs/cgroup/unified 2>/dev/null || true
            echo ready
            exec cat > /dev/null
            """;
        _holder = _site.Machine(_number).Inside.Run(() => RunningProgram.Start(
            "unshare",
            [
                "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                Setup,
            ]));
        Stopwatch watch = Stopwatch.StartNew();
        while (!_holder.StandardOutput.Contains("ready", StringComparison.Ordinal))
        {
            if (_holder.HasExited || watch.Elapsed > s_limit)
                throw new IOException($"no place for an engine: {_holder.StandardError}");
            await Task.Delay(10);
        }

        _init = (await File.ReadAllTextAsync($"/proc/{_holder.Pid}/task/{_holder.Pid}/children")).Trim();
    }

    private void WriteSettings()
    {
        string folder = Path.GetDirectoryName(_site.FileOf(
            _number, _kind == EngineKind.Cni ? "cni/10-overlay.conflist" : "networks/overlay.json"))!;
        File.WriteAllText(_folder.File("containers.conf"), $"""
            [engine]
            runtime = "crun"
            cgroup_manager = "cgroupfs"
            events_logger = "none"
            lock_type = "file"
            [containers]
            cgroups = "disabled"
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
            [network]
            network_backend = "{(_kind == EngineKind.Cni ? "cni" : "netavark")}"
            network_config_dir = "{folder}"

            """);
    }

    // As the drop-in of docs/overlay.md has it: systemd splits the variable at its spaces.
    private async Task StartDockerAsync()
    {
        string options = File.ReadLines(_site.FileOf(_number, "docker.env"))
            .First(static line => line.StartsWith("DOCKER_OPTS=", StringComparison.Ordinal));
        string[] words = options[(options.IndexOf('"') + 1)..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] command =
        [
            TestPrograms.Dockerd(), "-H", $"unix://{Socket}", "--exec-opt", "native.cgroupdriver=cgroupfs",
            "--cgroup-parent", $"/{_group}", "--storage-driver", "vfs", .. words,
        ];
        _daemon = _site.Machine(_number).Inside.Run(() => RunningProgram.Start("nsenter", [.. Enter(), .. command]));
        Stopwatch watch = Stopwatch.StartNew();
        while (!_daemon.StandardError.Contains("API listen on", StringComparison.Ordinal))
        {
            if (_daemon.HasExited || watch.Elapsed > s_limit)
                throw new IOException($"dockerd {string.Join(' ', words)}: {_daemon.StandardError}");
            await Task.Delay(20);
        }
    }

    private void MakeImage()
    {
        string root = _folder.File("root");
        foreach (string folder in (string[])["bin", "tmp", "proc", "sys", "dev", "etc", "run", "www/cgi-bin"])
            Directory.CreateDirectory(Path.Combine(root, folder));
        File.Copy(TestPrograms.Busybox(), Path.Combine(root, "bin/busybox"));
        foreach (string applet in (string[])["sh", "ping", "httpd", "cat", "md5sum", "nc", "tail"])
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        string who = Path.Combine(root, "www/cgi-bin/who");
        File.WriteAllText(who, "#!/bin/sh\necho\necho \"$REMOTE_ADDR\"\n");
        File.SetUnixFileMode(who, (UnixFileMode)0b111_101_101);
        byte[] large = new byte[LargeBytes];
        new Random(_number).NextBytes(large);
        File.WriteAllBytes(Path.Combine(root, "www/large"), large);
        string archive = _folder.File("root.tar");
        _site.Machine(_number).Command("tar", "-C", root, "-cf", archive, ".");
        Engine("import", archive, Image);
    }

    private string Engine(params string[] words) => _site.Machine(_number).Command("nsenter",
    [
        .. Enter(),
        .. _kind == EngineKind.Docker
            ? new[] { TestPrograms.Docker(), "-H", $"unix://{Socket}" }
            :
            [
                "env", $"CONTAINERS_CONF={_folder.File("containers.conf")}", TestPrograms.Podman(),
                "--storage-driver", "vfs",
            ],
        .. words,
    ]);

    private string[] Enter() => ["--target", _init, "--mount", "--pid"];

    // Those of docker's containers, which no namespace takes along.
    private void RemoveGroups()
    {
        if (_kind != EngineKind.Docker)
            return;
        foreach (string hierarchy in (string[])[Groups, .. Directory.GetDirectories(Groups)])
        {
            string top = Path.Combine(hierarchy, _group);
            if (!Directory.Exists(top))
                continue;
            foreach (string one in Directory.GetDirectories(top))
                Directory.Delete(one);
            Directory.Delete(top);
        }
    }
}
