using CoreNode.Provision;
using CoreNode.Provision.Model;
using CoreNode.Systemd;

namespace CoreNode.Hosting.Provision;

/// <summary>What provisioning has systemd do on the running machine.</summary>
/// <param name="units">The machine's systemd.</param>
/// <param name="isBoot">
/// The machine is starting: orders are only left with systemd, since units may wait for provisioning itself.
/// </param>
internal sealed class SystemdUnitWork(SystemUnits units, bool isBoot) : IUnitWork
{
    private const string ScriptsFolder = ProvisionPaths.RunFolder + "/scripts";
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // What takes longer goes on; the rest must not wait for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public Task ReloadAsync(CancellationToken cancellation) => units.ReloadAsync(cancellation);

    /// <inheritdoc/>
    public Task DoAsync(string unit, UnitVerb verb, CancellationToken cancellation) => WithPatienceAsync(
        unit,
        // The node is ready once its cluster is, which may wait for machines that are not there yet.
        limited => units.RunAsync(Word(verb), unit, !isBoot && unit != "corenode.service", limited),
        cancellation);

    /// <inheritdoc/>
    public Task RunScriptAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        Directory.CreateDirectory(ProvisionPaths.RunFolder, OwnerOnly);
        Directory.CreateDirectory(ScriptsFolder, OwnerOnly);
        string path = Path.Join(ScriptsFolder, name);
        File.Delete(path);
        using (FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(content.Span);
        }

        string unit = $"corenode-script-{name}.service";
        return WithPatienceAsync(
            unit, limited => units.RunProgramAsync(unit, $"Script {name} of the user data", path, !isBoot, limited),
            cancellation);
    }

    private static string Word(UnitVerb verb) => verb switch
    {
        UnitVerb.Start => "start",
        UnitVerb.Stop => "stop",
        UnitVerb.Restart => "restart",
        UnitVerb.Reload => "reload",
        UnitVerb.TryRestart => "try-restart",
        UnitVerb.ReloadOrRestart => "reload-or-restart",
        UnitVerb.ReloadOrTryRestart => "reload-or-try-restart",
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "systemd has no such order"),
    };

    private static async Task WithPatienceAsync(
        string unit, Func<CancellationToken, Task> order, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            await order(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException(
                $"{unit} is not done after {s_patience.TotalMinutes:0} minutes; systemd goes on with it, and "
                + "`systemctl list-jobs` shows what it waits for");
        }
    }
}
