using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary>
/// Runs a program for each change, with etcdctl's environment variables. Its output goes where ours goes; its input is
/// empty. <see cref="Signal"/> may be called from any thread, the rest by one caller at a time.
/// </summary>
internal sealed class WatchProgram(CliHost host, IReadOnlyList<string> command)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private Process? _running;

    /// <summary>Runs it to its end; true, so that a loop goes on whatever the program said.</summary>
    public async Task<bool> RunAsync(KvChange change)
    {
        if (change.Node.IsDirectory)
        {
            await host.Error.WriteLineAsync($"Ignored dir {change.Node.Key} change");
            return true;
        }

        using Process process = Start(change);
        // The signal that ends us goes to the program too, and how long it takes to stop is its own business: so no
        // cancellation here.
        await process.WaitForExitAsync(CancellationToken.None);
        lock (_gate)
        {
            _running = null;
        }

        return true;
    }

    /// <summary>Starts it without waiting.</summary>
    /// <exception cref="UsageException">There is no such program.</exception>
    public Process Start(KvChange change)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (string argument in ListPart.From(command, 1))
            start.ArgumentList.Add(argument);
        start.Environment["ETCD_WATCH_ACTION"] = ActionNames.Name(change.Action);
        start.Environment["ETCD_WATCH_MODIFIED_INDEX"] = change.Node.ModifiedIndex.ToString();
        start.Environment["ETCD_WATCH_KEY"] = change.Node.Key;
        // A variable ends at a NUL byte: the system refuses to start a program with one inside.
        start.Environment["ETCD_WATCH_VALUE"] = change.Node.Value?.Split('\0')[0] ?? "";
        try
        {
            lock (_gate)
            {
                _running = Process.Start(start)!;
                _running.StandardInput.Close();
                return _running;
            }
        }
        catch (Win32Exception fault)
        {
            throw new UsageException($"cannot run {command[0]}: {fault.Message}");
        }
    }

    /// <summary>Passes a signal on to the program that runs now, if one does.</summary>
    public void Signal(PosixSignal signal)
    {
        lock (_gate)
        {
            if (_running is { HasExited: false })
                host.SendSignal(_running.Id, signal);
        }
    }
}
