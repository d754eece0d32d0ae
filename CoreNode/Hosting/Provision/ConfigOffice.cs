using System.Text;
using CoreNode.Cli.Config;
using CoreNode.Provision;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Search;
using CoreNode.Systemd;

namespace CoreNode.Hosting.Provision;

/// <summary>The config commands, over Provision.</summary>
/// <param name="error">Where it is said what is waited for.</param>
/// <param name="environment">Looks up an environment variable; null if not set.</param>
/// <param name="time">Clock of all waits.</param>
internal sealed class ConfigOffice(TextWriter error, Func<string, string?> environment, TimeProvider time)
    : IConfigOffice
{
    private static readonly TimeSpan s_addressPause = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<ConfigReport> ValidateAsync(ConfigRequest request, CancellationToken cancellation)
    {
        SearchResult found = await Search.FindAsync(request, isFirstBoot: true, cancellation);
        ReadingRules rules = new() { Options = NodeRules.Make(), Fallback = Addresses.Names };
        LoadedConfig loaded = await new ConfigLoader(rules, null).LoadAsync(Found(found), cancellation);
        return Report(found.Data, loaded.Result.Findings);
    }

    /// <inheritdoc/>
    public async Task<ConfigReport> RenderAsync(ConfigRequest request, CancellationToken cancellation)
    {
        using MachineRoot opened = MachineRoot.Open(request.Root);
        FolderRoot root = new(opened, Tell, cancellation);
        SearchResult found = await Search.FindAsync(request, isFirstBoot: true, cancellation);
        LoadedConfig loaded = await LoadAsync(request, root, opened.IsMachine, Found(found), cancellation);
        if (loaded.Result.IsRefused)
            return Report(found.Data, loaded.Result.Findings);
        using SystemUnits? units = FindSystemd(opened);
        Plan plan = Provisioner(root, units, request, opened.IsMachine).Plan(loaded.Result.Desired);
        return Report(found.Data, [.. loaded.Result.Findings, .. plan.Findings]) with
        {
            Changes = plan.Changes.Count,
            Plan = request.WantsJson ? Encoding.UTF8.GetString(PlanJson.Write(plan).Span).Trim() : PlanText.Write(plan),
        };
    }

    /// <inheritdoc/>
    public async Task<ConfigReport> ApplyAsync(
        ConfigRequest request, Action<ConfigStep> tell, CancellationToken cancellation)
    {
        using MachineRoot opened = MachineRoot.Open(request.Root);
        if (opened.IsMachine && !Environment.IsPrivilegedProcess)
        {
            throw new UnauthorizedAccessException(
                "only root may change this machine; --root FOLDER changes what is below a folder");
        }

        FolderRoot root = new(opened, Tell, cancellation);
        if (request.IsBoot)
            CompleteId(request.Root, opened.IsMachine, tell);
        BootRecord record = new(root);
        BootState state = record.ReadState();
        SearchResult found = await Search.FindAsync(request, state.IgnitionAt is null, cancellation);
        IReadOnlyList<UserData> inputs = Inputs(request, found, record);
        LoadedConfig loaded = await LoadAsync(request, root, opened.IsMachine, inputs, cancellation);
        if (loaded.Result.IsRefused)
            return Report(inputs, loaded.Result.Findings);
        using SystemUnits? units = FindSystemd(opened);
        ProvisionOutcome outcome = await Provisioner(root, units, request, opened.IsMachine)
            .ApplyAsync(loaded.Result.Desired, new StepTeller(tell), cancellation);
        bool isFound = ReferenceEquals(inputs, found.Data) && found.Problem is null;
        if (request.IsBoot && isFound && inputs.Count > 0)
            record.WriteKept(inputs);
        // Also a first boot without Ignition was the first one.
        bool isFirst = loaded.IgnitionSource.Length > 0 || (request.IsBoot && isFound && state.IgnitionAt is null);
        if (outcome.IsComplete && request.Where is null && isFirst)
        {
            record.WriteState(new BootState
            {
                IgnitionAt = time.GetUtcNow(),
                IgnitionSource = loaded.IgnitionSource,
                IgnitionHash = loaded.IgnitionHash,
            });
        }

        return Report(inputs, [.. loaded.Result.Findings, .. outcome.Plan.Findings]) with { Changes = outcome.Done };
    }

    private UserDataSearch Search => new(environment, time, Tell);

    private static ConfigReport Report(IReadOnlyList<UserData> inputs, IReadOnlyList<Finding> findings)
    {
        List<string> sources = [];
        foreach (UserData input in inputs)
            sources.Add(input.Source);
        return new ConfigReport { Sources = sources, Findings = findings };
    }

    // What was asked for by name must be there.
    private static IReadOnlyList<UserData> Found(SearchResult found) =>
        found.Data.Count == 0 && found.Problem is { } problem
            ? throw new IOException($"no configuration was found, and nothing was changed: {problem}; mend that, or "
                + "name a file, a URL or another source (--from)")
            : found.Data;

    private IReadOnlyList<UserData> Inputs(ConfigRequest request, SearchResult found, BootRecord record)
    {
        if (found.Problem is not { } problem)
            return found.Data;
        if (request.IsBoot && found.Data.Count == 0 && record.ReadKept() is { Count: > 0 } kept)
        {
            Tell($"{problem}: what the machine was told at its last boot is used");
            return kept;
        }

        IReadOnlyList<UserData> there = Found(found);
        Tell($"{problem}: the rest is used");
        return there;
    }

    // Also what the name of the machine makes of the node's options.
    private async Task<LoadedConfig> LoadAsync(
        ConfigRequest request, FolderRoot root, bool isMachine, IReadOnlyList<UserData> inputs,
        CancellationToken cancellation)
    {
        ReadingRules rules = new()
        {
            Options = NodeRules.Make(),
            Fallback = await AddressesAsync(request, isMachine, inputs, cancellation),
            // A file that is named counts whenever it is named.
            IgnitionAt = request.Where is null ? new BootRecord(root).ReadState().IgnitionAt : null,
        };
        using RemoteContents contents = new(
            UserDataSearch.Options(environment, time), new RemoteLimits { Together = request.Limit });
        LoadedConfig loaded = await new ConfigLoader(rules, new RemoteFiles(contents)).LoadAsync(inputs, cancellation);
        if (loaded.Result.IsRefused)
            return loaded;
        DesiredMachine desired = NodeNaming.Complete(loaded.Result.Desired, MachineName.Find(root, isMachine));
        List<Finding> findings = [.. loaded.Result.Findings, .. NodeRules.Judge(desired.Options)];
        return loaded with { Result = new ConfigResult(desired, findings) };
    }

    private async Task<MachineAddresses> AddressesAsync(
        ConfigRequest request, bool isMachine, IReadOnlyList<UserData> inputs, CancellationToken cancellation)
    {
        MachineAddresses known = Addresses.Find(environment, isMachine);
        if (!request.IsBoot || !isMachine || !Addresses.AreAwaited(inputs, known, TimeSpan.Zero))
            return known;
        Tell("the configuration may name an address of this machine, which has none yet: it is waited for");
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) is var waited && waited < request.Limit
            && Addresses.AreAwaited(inputs, known, waited))
        {
            await Task.Delay(s_addressPause, time, cancellation);
            known = Addresses.Find(environment, isMachine);
        }

        return known;
    }

    private Provisioner Provisioner(FolderRoot root, SystemUnits? units, ConfigRequest request, bool isMachine)
    {
        MachineSelf self = isMachine
            ? new MachineSelf(MachineName.OfKernel(), MachineName.KernelText("/proc/cmdline"))
            : new MachineSelf("", "");
        return new Provisioner(root, units is null ? null : new SystemdUnitWork(units, request.IsBoot), self, time);
    }

    private SystemUnits? FindSystemd(MachineRoot root)
    {
        if (!root.IsMachine)
            return null;
        // sd_booted(3)
        if (Directory.Exists("/run/systemd/system"))
            return new SystemUnits(new SystemdOptions());
        Tell("systemd is not this machine's first process: units are written and not started, scripts do not run");
        return null;
    }

    private void CompleteId(string root, bool isMachine, Action<ConfigStep> tell)
    {
        string commandLine = isMachine ? MachineName.KernelText("/proc/cmdline") : "";
        try
        {
            if (MachineIdFile.Complete(root, commandLine) is { } id)
                tell(new ConfigStep($"the machine's id is {id} from now on  (first boot)", ""));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Tell($"the machine's id cannot be kept: {fault.Message}");
        }
    }

    private void Tell(string line) => error.WriteLine(line);
}
