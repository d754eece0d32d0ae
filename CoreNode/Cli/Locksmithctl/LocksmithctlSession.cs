using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Cli.Etcdctl;
using CoreNode.Cli.Locks;
using CoreNode.RebootLock;

namespace CoreNode.Cli.Locksmithctl;

/// <summary>One run as locksmithctl: asks the store and prints what that tool prints.</summary>
internal sealed class LocksmithctlSession : IDisposable
{
    private const int Failed = 1;
    private const string DefaultEndpoints = "http://127.0.0.1:2379,http://127.0.0.1:4001";

    private readonly CliHost _host;
    private readonly GoFlagSet _flags;
    private readonly string _group;
    private readonly V2Client _client;
    private readonly Semaphores _locks;

    public LocksmithctlSession(CliHost host, GoFlagSet flags)
    {
        _host = host;
        _flags = flags;
        _group = Setting("group");
        _client = new V2Client(Options());
        _locks = new Semaphores(_client, host.Time);
    }

    /// <summary>status.</summary>
    public async Task<int> ShowAsync()
    {
        try
        {
            LockStatus status = await _locks.ReadAsync(_group, _host.Cancellation);
            Print($"Available: {status.Free}\nMax: {status.Max}\n");
            if (status.Holders.Count > 0)
                Print("\nMACHINE ID\n");
            foreach (LockHolder holder in status.Holders)
                Print($"{holder.Id}\n");
            return 0;
        }
        catch (RebootLockException fault)
        {
            return Fail("Error getting status", fault.Message);
        }
    }

    /// <summary>lock: also a machine that holds the lock is refused, as there.</summary>
    public async Task<int> LockAsync(string[] arguments)
    {
        const string what = "Error locking";
        if (FindHolder(arguments) is not { } holder)
            return Failed;
        try
        {
            LockStatus status = await _locks.ReadAsync(_group, _host.Cancellation);
            if (status.Free <= 0)
                return Fail(what, $"semaphore is at {status.Free}");
            foreach (LockHolder one in status.Holders)
            {
                if (one.Id == holder)
                    return Fail(what, "holder exists");
            }
        }
        catch (RebootLockException fault)
        {
            return Fail(what, fault.Message);
        }

        HolderNote note = new(_host.Time.GetUtcNow(), "locksmithctl lock", null);
        LockAnswer answer = await _locks.AcquireAsync(_group, holder, note, _host.Cancellation);
        return answer.Kind switch
        {
            LockAnswerKind.Granted => 0,
            LockAnswerKind.Full => Fail(what, $"semaphore is at {answer.Status!.Free}"),
            _ => Fail(what, answer.Reason),
        };
    }

    /// <summary>unlock.</summary>
    public async Task<int> UnlockAsync(string[] arguments)
    {
        const string what = "Error unlocking";
        if (FindHolder(arguments) is not { } holder)
            return Failed;
        LockAnswer answer = await _locks.ReleaseAsync(_group, holder, _host.Cancellation);
        return answer.Kind switch
        {
            LockAnswerKind.Released => 0,
            LockAnswerKind.Absent => Fail(what, "holder does not exist"),
            _ => Fail(what, answer.Reason),
        };
    }

    /// <summary>set-max: as there, without a look at the quorum.</summary>
    public async Task<int> SetMaxAsync(string[] arguments)
    {
        if (arguments.Length != 1)
            return Fail("New maximum value must be set", "locksmithctl set-max 2");
        if (!int.TryParse(
            arguments[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int max))
            return Fail("Bad maximum value", arguments[0]);
        LockAnswer answer = await _locks.SetMaxAsync(_group, max, 0, isForced: true, _host.Cancellation);
        if (answer.Kind != LockAnswerKind.Changed)
            return Fail("Error setting value", answer.Reason);
        Print($"Old-Max: {answer.OldMax}\nMax: {max}\n");
        return 0;
    }

    /// <summary>reboot: the lock stays held if that fails, as there.</summary>
    public async Task<int> RebootAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            return Fail("Cannot initiate reboot", "Must be root to initiate reboot.");
        int exitCode = await LockAsync([]);
        return exitCode != 0 ? exitCode : await RunAsync("Error rebooting", "systemctl", "reboot");
    }

    /// <summary>send-need-reboot: says on the system's bus that an update waits for a reboot.</summary>
    public Task<int> SendNeedRebootAsync() => RunAsync(
        "Error sending signal", "busctl", "--system", "emit", "/com/coreos/update1", "com.coreos.update1.Manager",
        "StatusUpdate", "xdssx", "0", "0", "UPDATE_STATUS_UPDATED_NEED_REBOOT", "", "0");

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<int> RunAsync(string what, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { UseShellExecute = false };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            await process.WaitForExitAsync(_host.Cancellation);
            return process.ExitCode == 0 ? 0 : Fail(what, $"{program} ended with {process.ExitCode}");
        }
        catch (Win32Exception fault)
        {
            return Fail(what, $"cannot run {program}: {fault.Message}");
        }
    }

    private string? FindHolder(string[] arguments)
    {
        if (arguments.Length > 0)
            return arguments[0];
        string? id = OwnMachine.Find(out string problem);
        if (id is null)
            Fail("Cannot read machine-id", problem);
        return id;
    }

    private ClientOptions Options()
    {
        List<ClientEndpoint> endpoints = [];
        string text = _flags.Texts("endpoint") is { Count: > 0 } given
            ? string.Join(',', given)
            : Variable("endpoint") is { Length: > 0 } named ? named : DefaultEndpoints;
        foreach (string one in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ClientEndpoint.TryParse(one, out ClientEndpoint? endpoint, out string? problem))
                throw new UsageException(problem);
            endpoints.Add(endpoint);
        }

        string user = Setting("etcd-username");
        return new ClientOptions
        {
            Endpoints = endpoints,
            CaFile = NotEmpty(Setting("etcd-cafile")),
            AuthoritiesFlag = "-etcd-cafile",
            CertFile = NotEmpty(Setting("etcd-certfile")),
            KeyFile = NotEmpty(Setting("etcd-keyfile")),
            User = user.Length > 0 ? $"{user}:{Setting("etcd-password")}" : null,
            Trace = _flags.Has("debug") ? TraceRequest : null,
            Time = _host.Time,
        };
    }

    private string Setting(string flag) => _flags.Text(flag) ?? Variable(flag) ?? "";

    private string? Variable(string flag) =>
        _host.Environment("LOCKSMITHCTL_" + flag.ToUpperInvariant().Replace('-', '_'));

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;

    private void TraceRequest(ClientEndpoint endpoint, V2Request request) =>
        _host.Error.WriteLine($"{request.Method} {endpoint}{request.PathAndQuery}");

    private void Print(string text) => _host.Output.Write(text);

    private int Fail(string what, string reason)
    {
        _host.Error.WriteLine($"{what}: {reason}");
        return Failed;
    }
}
