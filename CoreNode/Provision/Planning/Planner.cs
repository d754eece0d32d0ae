using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// From what is wanted of a machine and what is known of it to the changes that make it so. Pure: the same inputs give
/// the same plan. Invariants, which the tests prove for random machines: once a plan is carried out, the next one has
/// no changes; and however many changes of it were carried out, the next plan leads to the same end.
/// </summary>
/// <remarks>
/// What must be known is found by planning itself: ask <see cref="Questions(DesiredMachine, MachineFacts)"/>, add the
/// answers to the facts, and ask again until nothing is missing; then plan. Two or three rounds are usual (links on the
/// way, units that name others), and each finds at least one path more.
/// </remarks>
public static class Planner
{
    /// <summary>What must be known first.</summary>
    public static IReadOnlyList<string> Questions(DesiredMachine desired, AccountTexts accounts) =>
        Questions(desired, new MachineFacts(accounts, new Dictionary<string, PathFact>()));

    /// <summary>What is still to be known, given that; empty: <see cref="Plan"/> knows all it needs.</summary>
    public static IReadOnlyList<string> Questions(DesiredMachine desired, MachineFacts facts)
    {
        MachineView view = new(facts);
        Make(desired, view, today: 0);
        return view.Missing;
    }

    /// <summary>
    /// The plan. Nothing of it may be carried out where a finding is an error; the changes are still those that follow
    /// from the rest.
    /// </summary>
    /// <param name="desired">What is wanted; remote contents and keys were fetched.</param>
    /// <param name="facts">What is known. What is not counts as absent.</param>
    /// <param name="today">Days since 1970-01-01, for changed passwords (shadow(5)).</param>
    public static Plan Plan(DesiredMachine desired, MachineFacts facts, int today) =>
        Make(desired, new MachineView(facts), today);

    private static Plan Make(DesiredMachine desired, MachineView view, int today)
    {
        PlanNotes notes = new();
        TargetTree tree = new(view, notes);
        AccountEditor accounts = new(Texts(view), Ranges(view, desired), today);
        List<DesiredUser> users = AccountMerge.Users(desired.Users);
        AccountStage accountStage = new(accounts, notes);
        accountStage.Edit(AccountMerge.Groups(desired.Groups), users);
        AddHomes(tree, accounts);
        accountStage.Write(tree, "users");
        KeyStage keys = new(tree, view, accounts, notes);
        foreach (DesiredUser user in users)
            keys.Add(user);

        TextStage texts = new(tree, view, accounts, notes);
        texts.AddHostname(desired);
        new FileStage(tree, new OwnerNames(accounts, notes), notes).Add(desired);
        texts.AddHosts(desired);
        texts.AddEnvironment(desired);
        texts.AddOptions(desired);
        new UnitStage(tree, notes).Add(desired.Units);
        SkeletonStage skeleton = new(tree, accounts, notes);
        foreach (DesiredUser user in users)
            skeleton.Add(user);
        List<Change> changes = new ChangeWriter(tree, notes).Write();
        changes = new WorkStage(view, notes).Complete(changes, desired);
        TellKernelArguments(desired, view.Facts, notes);
        return new Plan(changes, notes.Findings) { ChangesAccounts = accountStage.IsChanged };
    }

    // Bytes, where they are known: a text may have lost some that are no UTF-8.
    private static AccountTexts Texts(MachineView view)
    {
        AccountTexts texts = view.Facts.Accounts;
        return new AccountTexts(
            Text(view, AccountStage.PasswdPath, texts.Passwd), Text(view, AccountStage.ShadowPath, texts.Shadow),
            Text(view, AccountStage.GroupPath, texts.Group),
            Text(view, AccountStage.GroupShadowPath, texts.GroupShadow));
    }

    private static string Text(MachineView view, string path, string text) =>
        view.At(path) is { Kind: PathKind.File, Content: { } content } ? RawText.Of(content) : RawText.Of(text);

    private static NumberRanges Ranges(MachineView view, DesiredMachine desired)
    {
        bool isNeeded = desired.Users.Count + desired.Groups.Count > 0;
        return new NumberRanges(
            isNeeded && view.At("/etc/login.defs") is { Kind: PathKind.File, Content: { } content }
                ? RawText.Of(content)
                : "");
    }

    private static void AddHomes(TargetTree tree, AccountEditor accounts)
    {
        foreach (string[] entry in accounts.Passwd.Entries())
        {
            if (AccountEditor.Number(entry[2]) is not 0)
                tree.AddHome(entry[5]);
        }
    }

    private static void TellKernelArguments(DesiredMachine desired, MachineFacts facts, PlanNotes notes)
    {
        HashSet<string> there = [.. facts.KernelCommandLine.Split(
            (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        foreach (string wanted in desired.KernelArguments)
        {
            if (!there.Contains(wanted))
            {
                notes.Warning(
                    "kernelArguments", default, $"the kernel was started without \"{wanted}\"",
                    "set it where the boot loader is configured: it is not set from here");
            }
        }

        foreach (string unwanted in desired.UnwantedKernelArguments)
        {
            if (there.Contains(unwanted))
            {
                notes.Warning(
                    "kernelArguments", default, $"the kernel was started with \"{unwanted}\"",
                    "take it out where the boot loader is configured: it is not removed from here");
            }
        }
    }
}
