using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Provision;

/// <summary>
/// From what is wanted to a machine that is so: facts, plan, changes in order. Every change is whole by itself and the
/// plan is made anew from facts each time, so whatever ends a run, the next one does the rest; one that finds
/// everything as wanted does nothing. One run at a time.
/// </summary>
/// <param name="root">The machine's files.</param>
/// <param name="units">Its service manager; null: the root is not that of the running machine.</param>
/// <param name="self">What else is known of the machine.</param>
/// <param name="time">For the day of changed passwords.</param>
public sealed class Provisioner(IMachineRoot root, IUnitWork? units, MachineSelf self, TimeProvider time)
{
    private const int RoundLimit = 64;
    private const int PlanLimit = 4;
    private const int SecondsPerDay = 86_400;

    private readonly BootRecord _record = new(root);

    /// <summary>What would have to be done now; looks only.</summary>
    /// <exception cref="IOException">The machine cannot be read.</exception>
    public Plan Plan(DesiredMachine desired)
    {
        IReadOnlyList<string> done = units is null ? [] : _record.ReadDone();
        Dictionary<string, PathFact> known = new(StringComparer.Ordinal);
        MachineFacts facts = new(root.ReadAccounts(), known)
        {
            IsRunning = units is not null,
            Hostname = self.Hostname,
            KernelCommandLine = self.KernelCommandLine,
            Done = done,
        };
        for (int round = 0; round < RoundLimit; round++)
        {
            IReadOnlyList<string> questions = Planner.Questions(desired, facts);
            if (questions.Count == 0)
                break;
            foreach ((string path, PathFact fact) in root.Read(questions))
                known[path] = fact;
        }

        return Planner.Plan(desired, facts, (int)(time.GetUtcNow().ToUnixTimeSeconds() / SecondsPerDay));
    }

    /// <summary>Does it. With an error among the plan's findings nothing is done.</summary>
    /// <param name="desired">What is wanted; no input of it was refused.</param>
    /// <param name="progress">Is told each change.</param>
    /// <param name="cancellation">Ends it between two changes.</param>
    /// <exception cref="IOException">The machine cannot be read, or another run is changing it.</exception>
    public async Task<ProvisionOutcome> ApplyAsync(
        DesiredMachine desired, IProvisionProgress progress, CancellationToken cancellation)
    {
        ProvisionOutcome outcome = ApplyFiles(desired, progress);
        Plan plan = outcome.Plan;
        if (outcome.Failure.Length > 0 || new ConfigResult(desired, plan.Findings).IsRefused)
            return outcome;
        int done = outcome.Done;
        List<string> marks = [.. units is null || done == plan.Changes.Count ? [] : _record.ReadDone()];
        for (; done < plan.Changes.Count; done++)
        {
            cancellation.ThrowIfCancellationRequested();
            Change change = plan.Changes[done];
            try
            {
                await WorkAsync(change, marks, progress, cancellation);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                progress.Failed(change, fault.Message);
                return new ProvisionOutcome(plan, done, fault.Message);
            }

            progress.IsDone(change);
        }

        return new ProvisionOutcome(plan, done, "");
    }

    // Accounts are changed under their lock, by a plan that was made under it. It is given back before the rest:
    // scripts add users.
    private ProvisionOutcome ApplyFiles(DesiredMachine desired, IProvisionProgress progress)
    {
        IDisposable? accounts = null;
        try
        {
            for (int plans = 1; ;)
            {
                Plan plan = Plan(desired);
                if (new ConfigResult(desired, plan.Findings).IsRefused)
                    return new ProvisionOutcome(plan, 0, "");
                if (plan.ChangesAccounts && accounts is null)
                    accounts = root.LockAccounts();
                else if (TryApplyFiles(plan, progress, isLast: plans++ == PlanLimit) is { } outcome)
                    return outcome;
            }
        }
        finally
        {
            accounts?.Dispose();
        }
    }

    // Null: somebody else wrote there meanwhile, which a new plan takes into account.
    private ProvisionOutcome? TryApplyFiles(Plan plan, IProvisionProgress progress, bool isLast)
    {
        List<Change> files = [];
        while (files.Count < plan.Changes.Count && plan.Changes[files.Count] is not (UnitWork or RunScript))
            files.Add(plan.Changes[files.Count]);
        int done = 0;
        try
        {
            root.Apply(files, change =>
            {
                done++;
                progress.IsDone(change);
            });
            return new ProvisionOutcome(plan, done, "");
        }
        catch (StalePlanException) when (!isLast)
        {
            return null;
        }
        catch (Exception fault) when (files.Count > 0 && fault is (IOException or UnauthorizedAccessException))
        {
            progress.Failed(files[Math.Min(done, files.Count - 1)], fault.Message);
            return new ProvisionOutcome(plan, done, fault.Message);
        }
    }

    private async Task WorkAsync(
        Change change, List<string> marks, IProvisionProgress progress, CancellationToken cancellation)
    {
        string mark = "";
        if (units is not null && change is UnitWork work)
        {
            mark = work.Mark;
            progress.Begins(change);
            await (work.Verb is { } verb
                ? units.DoAsync(work.Unit, verb, cancellation)
                : units.ReloadAsync(cancellation));
        }
        else if (units is not null && change is RunScript script)
        {
            mark = script.Mark;
            progress.Begins(change);
            await units.RunScriptAsync(script.Name, script.Content, cancellation);
        }
        else
        {
            root.Apply([change], static _ => { });
        }

        if (mark.Length == 0)
            return;
        marks.Add(mark);
        _record.WriteDone(marks);
    }
}
