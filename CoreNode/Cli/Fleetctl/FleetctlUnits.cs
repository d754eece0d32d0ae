using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;
using CoreNode.Units.Model;

namespace CoreNode.Cli.Fleetctl;

/// <summary>What fleetctl's commands do with units before and after they are asked for: find, make, wait.</summary>
internal sealed class FleetctlUnits(FleetctlSession session, GoFlagSet flags)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    // fleet's own types that a name may end in; any other end gets .service (fleetctl: RecognizedUnitType).
    private static readonly string[] s_types =
        [".service", ".socket", ".timer", ".path", ".device", ".mount", ".automount", ".target"];

    private bool IsBlocking => !flags.Has("no-block");

    public static string Mangle(string word) => WithType(Path.GetFileName(word));

    /// <summary>The units of the cluster among these, in the order of the command line.</summary>
    public async Task<List<FleetUnit>> FindAsync()
    {
        List<FleetUnit> all = await session.Client.UnitsAsync(session.Cancellation);
        List<FleetUnit> found = [];
        foreach (string word in flags.Arguments)
        {
            if (all.Find(unit => unit.Name == Mangle(word)) is { } unit)
                found.Add(unit);
        }

        return found;
    }

    /// <summary>
    /// Makes the units that the cluster does not have: from the file, the cluster's template or the template's file.
    /// With --replace a differing file replaces a unit that is in one of <paramref name="replaceable"/> states.
    /// </summary>
    public async Task CreateAsync(params string[] replaceable)
    {
        List<string> made = [];
        foreach (string word in flags.Arguments)
        {
            string file = WithType(word);
            string name = Mangle(word);
            FleetUnit? known = await session.Client.UnitAsync(name, session.Cancellation);
            UnitFile? text = known is null ? await TextAsync(file, name) : Differing(file, known, replaceable);
            if (text is null)
                continue;
            if (UnitVerifier.Refusal(name, text) is { } refusal)
                throw new FleetctlException(1, $"Error creating units: {refusal.Message}");
            foreach (UnitProblem problem in UnitVerifier.Verify(name, text))
            {
                if (problem.Message.StartsWith("unrecognized requirement", StringComparison.Ordinal))
                    session.Complain($"WARNING: Unit {name}: {problem.Message}");
            }

            await session.Client.PutAsync(name, text, "", session.Cancellation);
            made.Add(name);
        }

        await WaitAsync(made, "inactive");
    }

    /// <summary>Wants a state of all units of the command line; those that it changes something for.</summary>
    public async Task<List<FleetUnit>> WantAsync(string state)
    {
        List<FleetUnit> changed = [];
        foreach (string word in flags.Arguments)
        {
            string name = Mangle(word);
            FleetUnit unit = await session.Client.UnitAsync(name, session.Cancellation)
                ?? throw new FleetctlException(1, $"unable to find unit {name}");
            if (unit.DesiredState == state)
                continue;
            await session.Client.PutAsync(name, null, state, session.Cancellation);
            changed.Add(unit);
        }

        return changed;
    }

    /// <summary>Waits until units that are not global are in a state, or says that they were asked for.</summary>
    public async Task<int> TryWaitAsync(List<string> names, string word, string state)
    {
        if (IsBlocking)
            return await WaitAsync(names, state);
        foreach (string name in names)
            await session.Out.WriteLineAsync($"Triggered unit {name} {word}");
        return 0;
    }

    /// <summary>Waits until each unit is in a state; --block-attempts limits how often it looks.</summary>
    public async Task<int> WaitAsync(List<string> names, string state)
    {
        int exitCode = 0;
        long attempts = flags.Number("block-attempts");
        foreach (string name in names)
        {
            for (long attempt = 1; !await IsInAsync(name, state); attempt++)
            {
                if (attempts > 0 && attempt >= attempts)
                {
                    session.Complain(
                        $"Error waiting for units: timed out waiting for unit {name} to report state {state}");
                    exitCode = 1;
                    break;
                }

                await Task.Delay(s_pause, session.Host.Time, session.Cancellation);
            }
        }

        return exitCode;
    }

    /// <summary>
    /// Waits until systemd says of started units that they run. fleetctl gives up after two seconds; this goes on as
    /// long as a unit is still starting.
    /// </summary>
    public async Task<int> WaitActiveAsync(List<string> names)
    {
        int exitCode = 0;
        long attempts = flags.Number("block-attempts");
        foreach (string name in names)
        {
            for (long attempt = 1; ; attempt++)
            {
                FleetState? state = await session.Client.StateAsync(name, session.Cancellation);
                if (state is { Active: "active" or "reloading" } || IsThrough(state))
                    break;
                if (state is { Active: "failed" } || (attempts > 0 && attempt >= attempts))
                {
                    session.Complain(
                        $"Error waiting for unit systemd states, err = unit {name} is {state?.Active ?? "unknown"} "
                        + $"({state?.Sub ?? "unknown"})");
                    exitCode = 1;
                    break;
                }

                await Task.Delay(s_pause, session.Host.Time, session.Cancellation);
            }
        }

        return exitCode;
    }

    // A oneshot that is through, or was when it was looked at for the first time.
    private static bool IsThrough(FleetState? state) => state is { Active: "inactive", Load: "loaded", Sub: "exited" };

    private async Task<bool> IsInAsync(string name, string state)
    {
        FleetUnit? unit = await session.Client.UnitAsync(name, session.Cancellation);
        if (unit is null || (unit.IsGlobal ? unit.DesiredState : unit.CurrentState) != state)
            return false;
        string text = $"Unit {name} {unit.CurrentState}";
        if (unit.MachineId.Length > 0 && await session.MachineAsync(unit.MachineId) is not null)
            text = $"{text} on {await session.LegendAsync(unit.MachineId, isFull: false)}";
        await session.Out.WriteLineAsync(text);
        return true;
    }

    private UnitFile? Differing(string path, FleetUnit known, string[] replaceable)
    {
        string file = path;
        if (!File.Exists(file) && UnitName.Parse(known.Name) is { IsInstance: true } name)
            file = Path.Combine(Path.GetDirectoryName(path) ?? "", name.Template);
        if (!File.Exists(file) || UnitFile.Parse(Read(file), out _) is not { } local || local.Hash == known.File.Hash)
            return null;
        if (!flags.Has("replace"))
        {
            session.Complain(
                $"WARNING: Unit {known.Name} in registry differs from local unit file {file}. "
                + "Add --replace to override.");
            return null;
        }

        return known.CurrentState.Length == 0 || replaceable.Contains(known.CurrentState)
            ? local
            : throw new FleetctlException(
                1, $"Error creating units: unable to replace unit {known.Name} in state {known.CurrentState}: use a "
                + "command that goes as far");
    }

    private async Task<UnitFile> TextAsync(string path, string name)
    {
        if (File.Exists(path))
            return Parse(path);
        if (UnitName.Parse(name) is not { IsInstance: true } parts)
            throw new FleetctlException(
                1, $"Error creating units: unable to find Unit({name}) in Registry or on filesystem");
        if (await session.Client.UnitAsync(parts.Template, session.Cancellation) is { } template)
            return template.File;
        string file = Path.Combine(Path.GetDirectoryName(path) ?? "", parts.Template);
        return File.Exists(file)
            ? Parse(file)
            : throw new FleetctlException(
                1, $"Error creating units: failed getting Unit({name}) from template: unable to find template "
                + $"Unit({parts.Template}) in Registry or on filesystem");
    }

    private static UnitFile Parse(string file) =>
        UnitFile.Parse(Read(file), out IReadOnlyList<UnitProblem> problems)
            ?? throw new FleetctlException(
                1, $"Error creating units: failed getting Unit({file}) from file: line "
                + $"{problems.First(static p => p.IsError).Line}: {problems.First(static p => p.IsError).Message}");

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FleetctlException(1, $"Error creating units: {fault.Message}");
        }
    }

    private static string WithType(string word) =>
        Array.Exists(s_types, type => word.EndsWith(type, StringComparison.Ordinal)) ? word : word + ".service";
}
