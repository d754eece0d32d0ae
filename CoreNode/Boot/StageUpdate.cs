using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// Brings another boot stage onto the loader's partition: into the copy that did not start the machine, for one trial;
/// once that has started the machine it comes first, and the other copy is made from it.
/// </summary>
/// <param name="copies">The copies.</param>
/// <param name="line">The kernel's command line, where the loader says what it did.</param>
public sealed class StageUpdate(StageCopies copies, BootCommandLine line)
{
    /// <summary>How the trial stands.</summary>
    public StageTrial Judge(LoaderState state) => StageRule.Judge(state, line.Copy, line.Trial);

    /// <summary>Settles a trial that has started this machine. Says what was done.</summary>
    public IReadOnlyList<string> Accept()
    {
        using IDisposable held = copies.Lock();
        return Settle();
    }

    /// <summary>
    /// Brings that boot stage onto the partition as far as it goes before a restart. Says what was done.
    /// </summary>
    public IReadOnlyList<string> Update(StageContent wanted)
    {
        using IDisposable held = copies.Lock();
        List<string> told = [];
        LoaderState state = copies.ReadState();
        StageTrial trial = Judge(state);
        if (trial == StageTrial.CameUp)
        {
            told.AddRange(Settle());
            state = copies.ReadState();
        }
        else if (trial == StageTrial.Waiting && copies.Holds(state.Asked!.Value, wanted))
        {
            return [StageRule.Tell(trial, state)!];
        }

        char kept = StageRule.Keep(state, line.Copy, copy => copies.Look(copy).Fault is null);
        char other = LoaderState.Other(kept);
        if (state != LoaderState.Of(kept))
            copies.WriteState(LoaderState.Of(kept));
        if (copies.Holds(kept, wanted))
        {
            told.AddRange(Mirror(kept, wanted));
            return told;
        }

        copies.Write(other, wanted);
        LoaderState asked = LoaderState.Of(kept) with { Trial = other, Asked = other };
        copies.WriteState(asked);
        told.Add($"copy {other} is the boot stage of {wanted.About.Version} now, with the kernel "
            + wanted.About.Kernel);
        told.Add(StageRule.Tell(StageTrial.Waiting, asked)!);
        return told;
    }

    private List<string> Settle()
    {
        LoaderState state = copies.ReadState();
        StageTrial trial = Judge(state);
        if (trial != StageTrial.CameUp)
            return [StageRule.Tell(trial, state) ?? "no trial of a boot stage was asked for"];
        char good = state.Asked!.Value;
        StageContent content = copies.Load(good);
        copies.WriteState(LoaderState.Of(good));
        List<string> told = [$"copy {good} has started this machine and comes first from now on"];
        told.AddRange(Mirror(good, content));
        return told;
    }

    private List<string> Mirror(char good, StageContent content)
    {
        char other = LoaderState.Other(good);
        if (copies.Holds(other, content))
            return [$"both copies are the boot stage of {content.About.Version}"];
        copies.Write(other, content);
        return [$"copy {other} was made from copy {good}: both are the boot stage of {content.About.Version}"];
    }
}
