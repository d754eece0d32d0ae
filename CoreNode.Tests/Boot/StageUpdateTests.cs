using CoreNode.Boot;
using CoreNode.Boot.Model;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Boot;

/// <summary>
/// The two copies of the boot stage on a file system that forgets and tears what was not synced, under a loader that
/// does what packaging/image/grub.cfg says.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class StageUpdateTests
{
    private const string Folder = "/boot/corenode/boot";
    private const int Variants = 6;

    private static readonly StageContent s_old = TestStage.Of("1.0");
    private static readonly StageContent s_new = TestStage.Of("2.0");

    [Test]
    public void An_update_is_tried_once_then_comes_first_and_is_in_both_copies()
    {
        SimulatedFiles files = Machine('a');
        Start first = Load(files);
        Assert.That(first, Is.EqualTo(new Start('a', null)));
        IReadOnlyList<string> told = Update(files, first, s_new);
        Assert.That(told[0], Is.EqualTo("copy b is the boot stage of 2.0 now, with the kernel 6.1.0-2.0"));
        Assert.That(Update(files, first, s_new)[0], Does.StartWith("copy b is tried at the next start"));

        Start trial = Load(files);
        Assert.That(trial, Is.EqualTo(new Start('b', 'b')));
        told = Accept(files, trial);
        Assert.That(told[1], Is.EqualTo("copy a was made from copy b: both are the boot stage of 2.0"));
        Assert.That(Load(files), Is.EqualTo(new Start('b', null)));
        Assert.That(Copies(files).Holds('a', s_new) && Copies(files).Holds('b', s_new), Is.True);
        Assert.That(Update(files, new Start('b', null), s_new)[0], Does.StartWith("both copies are"));
        Assert.That(Accept(files, trial)[0], Is.EqualTo("no trial of a boot stage was asked for"));
    }

    [Test]
    public void A_trial_that_does_not_come_up_is_one()
    {
        SimulatedFiles files = Machine('b');
        Update(files, Load(files), s_new);
        Assert.That(Load(files), Is.EqualTo(new Start('a', 'a')));
        Start after = Load(files);
        Assert.That(after, Is.EqualTo(new Start('b', null)));
        Assert.That(Accept(files, after)[0], Does.Contain("did not come up"));
        Assert.That(Copies(files).Holds('b', s_old), Is.True, "nothing was taken over");
        Update(files, after, s_new);
        Assert.That(Load(files), Is.EqualTo(new Start('a', 'a')), "asked for again");
    }

    [Test]
    public void An_update_in_the_boot_of_a_trial_keeps_it_first()
    {
        SimulatedFiles files = Machine('a');
        Update(files, Load(files), s_new);
        Start trial = Load(files);
        StageContent third = TestStage.Of("3.0");
        Update(files, trial, third);
        Assert.That(Copies(files).Holds('b', s_new) && Copies(files).Holds('a', third), Is.True);
        Assert.That(Load(files), Is.EqualTo(new Start('a', 'a')));
        Assert.That(Load(files), Is.EqualTo(new Start('b', null)));
    }

    [Test]
    public void A_damaged_copy_is_mended_from_the_running_system_without_a_trial()
    {
        SimulatedFiles files = Machine('a');
        files.FlipBit($"{Folder}/b/initrd", 77);
        Assert.That(Copies(files).Look('b').Fault, Is.EqualTo("initrd is not what about says: it is damaged"));
        Assert.That(Update(files, Load(files), s_old)[0], Does.StartWith("copy b was made from copy a"));
        Assert.That(Copies(files).Holds('b', s_old), Is.True);
        Assert.That(Load(files), Is.EqualTo(new Start('a', null)));
    }

    [Test]
    public void A_disk_that_does_not_keep_what_it_is_given_is_noticed()
    {
        SimulatedFiles files = Machine('a');
        StageCopies copies = new(files, Folder, path => files.FlipBit(path, 5));
        Assert.That(
            () => new StageUpdate(copies, Line(Load(files))).Update(s_new),
            Throws.InstanceOf<IOException>().With.Message.Contains("is not what was written there"));
        Assert.That(Load(files), Is.EqualTo(new Start('a', null)));
    }

    [Test]
    public void Two_at_a_time_are_one_too_many()
    {
        SimulatedFiles files = Machine('a');
        using IDisposable held = Copies(files).Lock();
        Assert.That(() => Update(files, Load(files), s_new), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_power_cut_at_any_step_leaves_a_whole_copy_that_was_proven_and_the_update_goes_on(
        [Values('a', 'b')] char first, [Values] bool hasState)
    {
        int cuts = 0;
        for (int phase = 0; phase < 2; phase++)
        {
            for (long step = 1; ; step++)
            {
                bool isDone = false;
                for (ulong variant = 0; variant < Variants; variant++, cuts++)
                {
                    SimulatedFiles files = Machine(first, hasState);
                    isDone = !Cut(files, phase, step);
                    if (isDone)
                        break;
                    Check(files.AfterPowerCut(new Prng(variant).Child($"{phase}/{step}")), first,
                        $"phase {phase} step {step} variant {variant}");
                }

                if (isDone)
                    break;
            }
        }

        Assert.That(cuts, Is.GreaterThan(40 * Variants));
    }

    // Runs until the power fails at that step of the update (0) or of taking it over (1); false if it came to its end.
    private static bool Cut(SimulatedFiles files, int phase, long step)
    {
        Start started = Load(files);
        if (phase == 1)
        {
            Update(files, started, s_new);
            started = Load(files);
        }

        files.CrashAt = files.OperationCount + step;
        try
        {
            if (phase == 0)
                Update(files, started, s_new);
            else
                Accept(files, started);
            return false;
        }
        catch (SimulatedCrashException)
        {
            return true;
        }
    }

    private static void Check(SimulatedFiles files, char first, string what)
    {
        Start started = Load(files);
        foreach (char copy in LoaderState.Copies)
            Assert.That(!IsLoadable(files, copy) || Copies(files).Look(copy).Fault is null, Is.True, $"{what}, {copy}");
        if (started.Tried is null)
        {
            // Without a trial: the one that always started it, or the one whose trial came up.
            bool isOld = Copies(files).Holds(started.Copy, s_old);
            Assert.That(isOld ? started.Copy == first : Copies(files).Holds(started.Copy, s_new), Is.True, what);
        }
        else
        {
            Assert.That(Copies(files).Holds(started.Copy, s_new), Is.True, what);
        }

        // And all of it comes to its end afterwards.
        for (int i = 0; i < 3; i++)
        {
            Update(files, started, s_new);
            started = Load(files);
        }

        Assert.That(Copies(files).Holds('a', s_new) && Copies(files).Holds('b', s_new), Is.True, what);
        Assert.That(started.Tried, Is.Null, what);
    }

    private static SimulatedFiles Machine(char first, bool hasState = true)
    {
        SimulatedFiles files = new(new Prng(1));
        foreach (char copy in LoaderState.Copies)
        {
            files.Put($"{Folder}/{copy}/vmlinuz", s_old.Kernel.Span);
            files.Put($"{Folder}/{copy}/initrd", s_old.Archive.Span);
            files.Put($"{Folder}/{copy}/about", System.Text.Encoding.UTF8.GetBytes(s_old.About.Format()));
        }

        files.Put($"{Folder}/other", []);
        if (hasState || first != 'a')
            files.Put($"{Folder}/env", LoaderState.Of(first).Format());
        return files;
    }

    // packaging/image/grub.cfg.
    private static Start Load(SimulatedFiles files)
    {
        LoaderState state = Copies(files).ReadState();
        string order = state.Order;
        char? tried = state.Trial;
        if (tried is not null)
        {
            files.Put($"{Folder}/env", (state with { Trial = null }).Format());
            order = tried + order;
        }

        foreach (char copy in order)
        {
            if (IsLoadable(files, copy))
                return new Start(copy, tried);
        }

        throw new InvalidOperationException("the loader finds no copy");
    }

    private static bool IsLoadable(SimulatedFiles files, char copy) =>
        files.Exists($"{Folder}/{copy}/vmlinuz") && files.Exists($"{Folder}/{copy}/initrd");

    private static StageCopies Copies(SimulatedFiles files) => new(files, Folder, static _ => { });

    private static BootCommandLine Line(Start start) => BootCommandLine.Parse(
        $"corenode.copy={start.Copy}" + (start.Tried is { } tried ? $" corenode.trial={tried}" : ""));

    private static IReadOnlyList<string> Update(SimulatedFiles files, Start start, StageContent wanted) =>
        new StageUpdate(Copies(files), Line(start)).Update(wanted);

    private static IReadOnlyList<string> Accept(SimulatedFiles files, Start start) =>
        new StageUpdate(Copies(files), Line(start)).Accept();

    /// <summary>What the loader did.</summary>
    private sealed record Start(char Copy, char? Tried);
}
