using CoreNode.Foundation;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>What holds for every machine and every wish.</summary>
[TestFixture, Category("Unit")]
internal sealed class PlannerPropertyTests
{
    private const int Seeds = 2000;

    [Test]
    public void A_plan_that_was_carried_out_leaves_nothing_to_do()
    {
        int applied = 0;
        int changes = 0;
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            (FakeMachine machine, DesiredMachine desired) = Make(seed);
            Plan plan = machine.Plan(desired);
            if (IsRefused(plan))
                continue;
            Carry(machine, plan, seed);
            applied++;
            changes += plan.Changes.Count;
            Plan again = machine.Plan(desired);
            Assert.That(again.Changes.Select(PlanText.Line), Is.Empty, $"seed {seed}");
            Assert.That(IsRefused(again), Is.False, $"seed {seed}: {PlanText.Write(again.Findings)}");
            Assert.That(machine.IsStale && machine.IsRunning, Is.False, $"seed {seed}");
        }

        Assert.That(applied, Is.GreaterThan(Seeds / 3), "too few wishes are without errors to say anything");
        Assert.That(changes, Is.GreaterThan(applied * 5));
    }

    [Test]
    public void Interrupted_after_any_change_the_next_run_comes_to_the_same_end()
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            (FakeMachine start, DesiredMachine desired) = Make(seed);
            Plan plan = start.Plan(desired);
            if (IsRefused(plan))
                continue;
            FakeMachine whole = start.Copy();
            Carry(whole, plan, seed);
            string end = whole.Picture();
            string[] told = [.. whole.Told.Distinct().Order()];
            // All places of interruption for each seventh, one for the others.
            int one = (int)(seed * 31 % (ulong)(plan.Changes.Count + 1));
            for (int count = 0; count < plan.Changes.Count; count++)
            {
                if (seed % 7 != 0 && count != one)
                    continue;
                FakeMachine machine = start.Copy();
                foreach (Change change in plan.Changes.Take(count))
                    machine.Apply(change);
                Plan rest = machine.Plan(desired);
                Assert.That(IsRefused(rest), Is.False, $"seed {seed} after {count}: {PlanText.Write(rest.Findings)}");
                Carry(machine, rest, seed);
                Assert.That(machine.Picture(), Is.EqualTo(end), $"seed {seed} after {count}");
                Assert.That(machine.Told.Distinct().Order(), Is.EqualTo(told), $"seed {seed} after {count}");
            }
        }
    }

    [Test]
    public void After_a_reboot_only_work_and_what_was_below_run_is_done_again()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            (FakeMachine machine, DesiredMachine desired) = Make(seed);
            Plan plan = machine.Plan(desired);
            if (IsRefused(plan))
                continue;
            Carry(machine, plan, seed);
            machine.Reboot();
            string[] paths =
            [
                .. machine.Plan(desired).Changes.Where(static c => c is not (UnitWork or RunScript))
                    .Select(static c => c.Subject)
                    .Where(static p => !p.StartsWith("/run/", StringComparison.Ordinal) && p != "/run"),
            ];
            Assert.That(paths.Where(static p => p != "/run/corenode-provision"), Is.Empty, $"seed {seed}");
        }
    }

    [Test]
    public void No_secret_is_in_a_plan_as_text_or_json()
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            (FakeMachine machine, DesiredMachine desired) = Make(seed);
            Plan plan = machine.Plan(desired);
            string shown = PlanText.Write(plan) + PlanText.Write(plan.Findings)
                + System.Text.Encoding.UTF8.GetString(PlanJson.Write(plan).Span);
            Assert.That(shown, Does.Not.Contain("$6$"), $"seed {seed}");
        }
    }

    private static (FakeMachine Machine, DesiredMachine Desired) Make(ulong seed)
    {
        RandomDesired random = new(new Prng(seed));
        return (random.Machine(), random.Desired());
    }

    private static bool IsRefused(Plan plan) => plan.Findings.Any(static f => f.Severity == Severity.Error);

    private static void Carry(FakeMachine machine, Plan plan, ulong seed)
    {
        foreach (Change change in plan.Changes)
        {
            try
            {
                machine.Apply(change);
            }
            catch (Exception fault) when (fault is InvalidOperationException or KeyNotFoundException)
            {
                Assert.Fail($"seed {seed}: {PlanText.Line(change)}: {fault.Message}\n{PlanText.Write(plan)}");
            }
        }
    }
}
