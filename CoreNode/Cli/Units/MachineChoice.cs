using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>Finds the machine that a word means: its id, the beginning of it, or its address.</summary>
internal static class MachineChoice
{
    /// <summary>Its id; empty where no machine is named; null with an exit code where there is none: told already.
    /// </summary>
    public static async Task<(string? Id, int ExitCode)> FindAsync(UnitCall call, string? word)
    {
        if (string.IsNullOrEmpty(word))
            return ("", ExitCode.Done);
        (ListedMachine? machine, int exitCode) = await FindMachineAsync(call, word);
        return (machine?.Id, exitCode);
    }

    /// <summary>The machine that is meant; null with an exit code where there is none: told already.</summary>
    public static async Task<(ListedMachine? Machine, int ExitCode)> FindMachineAsync(UnitCall call, string word)
    {
        AdminReply<MachineListing> reply = await call.AskAsync(call.Client.ListMachinesAsync(call.Cancellation));
        if (reply is not AdminReply<MachineListing>.Done done)
            return (null, call.Fail(reply, "the list of machines"));
        ListedMachine[] found =
        [
            .. done.Value.Machines.Where(machine =>
                machine.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) || machine.Ip == word),
        ];
        if (found.Length == 1)
            return (found[0], ExitCode.Done);
        return found.Length == 0
            ? (null, call.Session.Fail(
                ExitCode.NotFound, $"no machine {word}; `corenode machine list` shows which there are"))
            : (null, call.Session.Fail(
                ExitCode.Usage,
                $"{word} may be {string.Join(" or ", found.Select(static m => MachineText.Short(m.Id, m.Ip)))}: "
                + "write more of the id"));
    }
}
