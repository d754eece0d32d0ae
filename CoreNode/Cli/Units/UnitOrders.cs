using System.CommandLine;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>What the commands that want something of units have in common: find them, ask for it, wait.</summary>
internal static class UnitOrders
{
    /// <summary>
    /// Submits units with a wanted state: those that were taken, and an exit code for the others, which was told.
    /// </summary>
    public static async Task<(List<string> Names, int ExitCode)> SubmitAsync(
        UnitCall call, IReadOnlyList<string> words, string desiredState, bool isReplacing)
    {
        UnitSource source = new(call, isReplacing);
        List<SubmittedUnit> units = [];
        foreach (string word in words)
        {
            (SubmittedUnit? unit, int exitCode) = await source.FindAsync(word, desiredState);
            if (unit is null)
            {
                if (words.Count > 1)
                    await call.Error.WriteLineAsync("nothing was submitted, the other units neither");
                return ([], exitCode);
            }

            if (!units.Exists(known => known.Name == unit.Name))
                units.Add(unit);
        }

        return await SendAsync(call, units, isReplacing);
    }

    /// <summary>The same for units that the cluster has.</summary>
    public static Task<(List<string> Names, int ExitCode)> WantAsync(
        UnitCall call, IReadOnlyList<string> words, string desiredState)
    {
        List<SubmittedUnit> units = [];
        foreach (string word in words)
        {
            string name = UnitArguments.NameOf(word);
            if (!units.Exists(known => known.Name == name))
                units.Add(new SubmittedUnit(name, [], desiredState));
        }

        return SendAsync(call, units, isReplacing: false);
    }

    /// <summary>Waits, unless told not to.</summary>
    public static Task<int> WaitAsync(
        UnitCall call, UnitGoal goal, List<string> names, Option<bool> noBlock, Option<double> wait, string asked)
    {
        if (names.Count == 0)
            return Task.FromResult(ExitCode.Done);
        if (!call.Parsed.GetValue(noBlock))
            return new UnitWait(call, goal, names).RunAsync(call.Parsed.GetValue(wait));
        if (call.IsJson)
            WriteNames(call, names);
        else
        {
            foreach (string name in names)
                call.Output.WriteLine($"{name}: {asked}");
        }

        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>Units in JSON of which nothing but the name is known yet.</summary>
    public static void WriteNames(UnitCall call, IReadOnlyList<string> names)
    {
        System.Text.StringBuilder text = new("{\"units\":[");
        for (int i = 0; i < names.Count; i++)
        {
            text.Append(i == 0 ? "{\"name\":" : ",{\"name\":");
            EtcdJson.AppendString(text, names[i]);
            text.Append('}');
        }

        call.Output.WriteLine(text.Append("]}").ToString());
    }

    private static async Task<(List<string> Names, int ExitCode)> SendAsync(
        UnitCall call, List<SubmittedUnit> units, bool isReplacing)
    {
        AdminReply<SubmitResults> reply = await call.AskAsync(
            call.Client.SubmitAsync(units, isReplacing, call.Cancellation));
        if (reply is not AdminReply<SubmitResults>.Done done)
            return ([], call.Fail(reply, units[0].Name));
        List<string> names = [];
        int exitCode = ExitCode.Done;
        bool isStoreAway = false;
        foreach (SubmitResult result in done.Value.Results)
        {
            if (result.Status is >= 200 and < 300)
            {
                names.Add(result.Name);
                continue;
            }

            bool isUnknown = result.Status == 404;
            isStoreAway |= result.Status == 503;
            await call.Error.WriteLineAsync(isUnknown
                ? $"there is no unit {result.Name} in the cluster{await UnknownUnit.AdviceAsync(call, result.Name)}"
                : UnitCall.About(result.Name, result.Message));
            exitCode = isUnknown ? ExitCode.NotFound : ExitCode.Failed;
        }

        if (isStoreAway)
            await call.Error.WriteLineAsync(UnitCall.StoreAdvice);
        return (names, exitCode);
    }
}
