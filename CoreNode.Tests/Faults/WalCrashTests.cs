using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>The log under a process or a machine that dies at every single operation on the disk.</summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class WalCrashTests
{
    private const int Steps = 60;
    private const int CutsAtEachOperation = 8;

    [Test]
    public void Nothing_acknowledged_is_lost_by_a_power_cut_at_any_operation([Range(1, 6)] int seed)
    {
        int crashes = 0;
        for (long at = 1; Crash((ulong)seed, at, Bare, out WalWorkload workload, out SimulatedFiles files); at++)
        {
            crashes++;
            for (int cut = 0; cut < CutsAtEachOperation; cut++)
            {
                Prng chance = new Prng((ulong)seed).Child($"{at} {cut}");
                string? problem = WalChecker.Check(files.AfterPowerCut(chance), workload, chance, out _);
                Assert.That(problem, Is.Null, $"seed {seed}, operation {at}, cut {cut}");
            }
        }

        Assert.That(crashes, Is.GreaterThan(100), "the workload makes too few operations to mean anything");
    }

    [Test]
    public void What_is_recovered_after_a_kill_outlives_a_power_cut_right_after([Range(1, 6)] int seed)
    {
        for (long at = 1; Crash((ulong)seed, at, Bare, out WalWorkload workload, out SimulatedFiles files); at++)
        {
            string where = $"seed {seed}, operation {at}";
            SimulatedFiles killed = files.AfterKill();
            Prng chance = new Prng((ulong)seed).Child($"cut {at}");
            Assert.That(Recover(killed, workload, chance, out int found), Is.Null, where);
            SimulatedFiles cut = killed.AfterPowerCut(chance);
            Assert.That(Recover(cut, workload, chance, out int foundAgain), Is.Null, where);
            Assert.That(foundAgain, Is.EqualTo(found), $"{where}: recovered first, then lost");
        }
    }

    [Test]
    public void A_failed_sync_or_write_stops_the_log_and_loses_nothing([Range(1, 6)] int seed)
    {
        for (long at = 1; Fail((ulong)seed, at, out WalWorkload workload, out SimulatedFiles files); at++)
        {
            string where = $"seed {seed}, operation {at}";
            files.Intercept = null;
            SimulatedFiles killed = files.AfterKill();
            Prng chance = new Prng((ulong)seed).Child($"failed {at}");
            Assert.That(Recover(killed, workload, chance, out int found), Is.Null, where);
            Assert.That(Recover(killed.AfterPowerCut(chance), workload, chance, out int foundAgain), Is.Null, where);
            Assert.That(foundAgain, Is.EqualTo(found), $"{where}: recovered first, then lost");
        }
    }

    [Test]
    public void A_crash_during_recovery_loses_nothing_either([Range(1, 3)] int seed)
    {
        for (long at = 20; Crash((ulong)seed, at, Bare, out WalWorkload workload, out SimulatedFiles files); at += 7)
        {
            Prng chance = new Prng((ulong)seed).Child($"{at}");
            SimulatedFiles cut = files.AfterPowerCut(chance);
            for (long second = 1; ; second++)
            {
                SimulatedFiles again = cut.AfterPowerCut(chance);
                again.CrashAt = second;
                bool hasCrashed = false;
                try
                {
                    WalChecker.Check(again, workload, chance, out _);
                }
                catch (SimulatedCrashException)
                {
                    hasCrashed = true;
                }

                if (!hasCrashed || second > 6)
                    break;
                string where = $"seed {seed}, operation {at}, in recovery {second}";
                Prng cutChance = chance.Child($"{second}");
                string? problem = WalChecker.Check(again.AfterPowerCut(cutChance), workload, cutChance, out _);
                // The interrupted run may already have appended more, which the checker does not know of.
                if (problem?.StartsWith("refused", StringComparison.Ordinal) ?? false)
                    Assert.Fail($"{where}: {problem}");
            }
        }
    }

    [Test]
    public void A_log_that_nothing_interrupted_is_read_without_a_cut()
    {
        int recycled = 0;
        for (ulong seed = 1; seed <= 20; seed++)
        {
            WalWorkload workload = new(seed);
            SimulatedFiles files = new(new Prng(seed))
            {
                Intercept = operation =>
                {
                    bool isRelease = operation.Path.EndsWith(SegmentName.Extension, StringComparison.Ordinal);
                    recycled += operation.Kind == SimulatedOperationKind.Rename && isRelease ? 1 : 0;
                    return null;
                },
            };
            workload.Run(files, 2 * Steps);
            using WalLog log = WalLog.Open(
                files.AfterKill(),
                WalWorkload.Folder,
                workload.SnapshotIndex,
                WalWorkload.Options,
                out WalRecovery recovery);
            Assert.That(recovery.CutBytes, Is.Zero, $"seed {seed}");
            Assert.That(workload.States[^1].IsWhatWasRecovered(recovery, workload.SnapshotIndex), Is.True);
        }

        Assert.That(recycled, Is.GreaterThan(10), "the workload uses segments again");
    }

    [Test]
    public void A_build_that_skips_the_sync_of_data_is_found_out()
    {
        Assert.That(FindsALoss(files => new ForgetfulFiles(files) { SkipsData = true }), Is.True);
    }

    [Test]
    public void A_build_that_skips_the_sync_of_folders_is_found_out()
    {
        Assert.That(FindsALoss(files => new ForgetfulFiles(files) { SkipsFolders = true }), Is.True);
    }

    private static IFiles Bare(SimulatedFiles files) => files;

    private static bool FindsALoss(Func<SimulatedFiles, IFiles> plant)
    {
        for (long at = 1; Crash(1, at, plant, out WalWorkload workload, out SimulatedFiles files); at++)
        {
            Prng chance = new Prng(1).Child($"{at}");
            if (WalChecker.Check(files.AfterPowerCut(chance), workload, chance, out _) is not null)
                return true;
        }

        return false;
    }

    // False once the workload gets through without reaching the operation.
    private static bool Crash(
        ulong seed, long at, Func<SimulatedFiles, IFiles> plant, out WalWorkload workload, out SimulatedFiles files)
    {
        workload = new WalWorkload(seed);
        files = new SimulatedFiles(new Prng(seed).Child("disk")) { CrashAt = at };
        try
        {
            workload.Run(plant(files), Steps);
            return false;
        }
        catch (SimulatedCrashException)
        {
            return true;
        }
    }

    private static bool Fail(ulong seed, long at, out WalWorkload workload, out SimulatedFiles files)
    {
        workload = new WalWorkload(seed);
        files = new SimulatedFiles(new Prng(seed).Child("disk"))
        {
            Intercept = operation => operation.Number == at ? new IOException($"planted at {operation}") : null,
        };
        try
        {
            workload.Run(files, Steps);
            return false;
        }
        catch (IOException e)
        {
            Assert.That(e.Message, Does.StartWith("planted"));
            return true;
        }
    }

    private static string? Recover(SimulatedFiles files, WalWorkload workload, Prng chance, out int found)
    {
        // On a copy, since the checker appends: the original stays what the recovery itself made of it.
        string? problem = WalChecker.Check(files.AfterKill(), workload, chance, out found);
        if (problem is null && WalLog.Exists(files, WalWorkload.Folder))
        {
            WalLog.Open(
                files, WalWorkload.Folder, workload.SnapshotIndex, WalWorkload.Options, out _).Dispose();
        }

        return problem;
    }
}
