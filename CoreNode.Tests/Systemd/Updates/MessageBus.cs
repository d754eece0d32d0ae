using System.Globalization;
using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Updates.Desk;

namespace CoreNode.Tests.Systemd.Updates;

/// <summary>
/// A message bus of the test's own, with the rules of a system bus and, unless it is told otherwise, packaging's policy
/// for updates. Disposing ends it.
/// </summary>
internal sealed class MessageBus : IDisposable
{
    private const string Rules = """
        <policy context="default">
          <allow user="*"/>
          <deny own="*"/>
          <deny send_type="method_call"/>
          <allow send_type="signal"/>
          <allow send_requested_reply="true" send_type="method_return"/>
          <allow send_requested_reply="true" send_type="error"/>
          <allow receive_type="method_call"/>
          <allow receive_type="method_return"/>
          <allow receive_type="error"/>
          <allow receive_type="signal"/>
          <allow send_destination="org.freedesktop.DBus"/>
        </policy>
        """;

    private readonly TestFolder _folder = new();
    private readonly string _daemon = TestPrograms.DbusDaemon();
    private readonly string _busctl = TestPrograms.Busctl();
    private RunningProgram? _running;

    /// <summary>Whether packaging's policy is installed.</summary>
    public bool HasPolicy { get; init; } = true;

    /// <summary>Whether another engine is installed that the bus starts when it is asked for.</summary>
    public bool HasOtherEngine { get; init; }

    /// <summary>The socket that it listens on; null: one in a folder of its own.</summary>
    public string? Socket { get; init; }

    /// <summary>Where it listens.</summary>
    public BusAddress Address => new($"unix:path={Path}", IsBus: true);

    private string Path => Socket ?? _folder.File("bus");

    /// <summary>Begins to listen.</summary>
    public async Task StartAsync()
    {
        File.Delete(Path);
        Directory.CreateDirectory(_folder.File("services"));
        if (HasOtherEngine)
        {
            await File.WriteAllTextAsync(
                _folder.File("services/com.coreos.update1.service"),
                "[D-BUS Service]\nName=com.coreos.update1\nExec=/bin/false\nUser=root\n");
        }

        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
        await File.WriteAllTextAsync(_folder.File("bus.conf"), Configuration());
        _running = RunningProgram.Start(
            _daemon, ["--nofork", "--nopidfile", "--nosyslog", $"--config-file={_folder.File("bus.conf")}"]);
        await FakeDesk.UntilAsync(() => File.Exists(Path) || _running.HasExited, "the bus does not listen");
        Assert.That(_running.HasExited, Is.False, () => _running.StandardError);
    }

    /// <summary>Ends it as by a fault.</summary>
    public void Kill()
    {
        _running?.Dispose();
        _running = null;
    }

    /// <summary>Calls a method of the updates' object.</summary>
    public Task<ProgramResult> CallAsync(string method) => RunAsync(
        _busctl, "call", "com.coreos.update1", "/com/coreos/update1", "com.coreos.update1.Manager", method);

    /// <summary>Calls it as a user who is nobody in particular.</summary>
    public Task<ProgramResult> CallAsStrangerAsync(string method) => RunAsync(
        TestPrograms.Setpriv(), "--reuid=65534", "--regid=65534", "--clear-groups", _busctl,
        $"--address={Address.Text}", "call", "com.coreos.update1", "/com/coreos/update1",
        "com.coreos.update1.Manager", method);

    /// <summary>What the object says of itself.</summary>
    public Task<ProgramResult> IntrospectAsync() =>
        RunAsync(_busctl, "introspect", "--no-pager", "com.coreos.update1", "/com/coreos/update1");

    /// <summary>Who has the name, as the bus lists it.</summary>
    public async Task<bool> HasNameAsync() =>
        (await RunAsync(_busctl, "list", "--unique", "--acquired", "--no-legend")).Output
        .Contains("com.coreos.update1", StringComparison.Ordinal);

    /// <summary>Shows what passes over the bus from now on, one JSON object a line.</summary>
    public async Task<RunningProgram> MonitorAsync()
    {
        RunningProgram monitor = RunningProgram.Start(
            _busctl, [$"--address={Address.Text}", "--json=short", "monitor", "com.coreos.update1"]);
        await FakeDesk.UntilAsync(
            () => (monitor.StandardOutput + monitor.StandardError).Contains("Monitoring", StringComparison.Ordinal)
                || monitor.HasExited,
            "the monitor does not begin");
        Assert.That(monitor.HasExited, Is.False, () => monitor.StandardError);
        return monitor;
    }

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    private Task<ProgramResult> RunAsync(string program, params string[] words) => ProgramResult.OfAsync(
        program, program == _busctl ? [$"--address={Address.Text}", .. words] : words);

    private string Configuration()
    {
        string user = Environment.UserName == "root" ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <policy user="{Environment.UserName}">
              <allow own="com.coreos.update1"/><allow send_destination="com.coreos.update1"/>
            </policy>
            """);
        return $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
            <type>system</type>
            <auth>EXTERNAL</auth>
            <listen>{Address.Text}</listen>
            <servicedir>{_folder.File("services")}</servicedir>
            {Rules}
            {(HasPolicy ? $"<include>{Repository.File("packaging/dbus/com.coreos.update1.conf")}</include>{user}" : "")}
            </busconfig>
            """;
    }
}
