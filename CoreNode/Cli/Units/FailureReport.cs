using CoreNode.Api.Client.Units;
using CoreNode.Foundation;

namespace CoreNode.Cli.Units;

/// <summary>The last lines that units wrote before they failed, on standard error.</summary>
internal static class FailureReport
{
    private const int MostUnits = 3;
    private const int MostLines = 6;

    /// <summary>Fetches and writes them; says nothing where there is nothing.</summary>
    public static async Task WriteAsync(UnitCall call, IReadOnlyList<string> units)
    {
        foreach (string unit in ListPart.First(units, MostUnits))
        {
            AdminReply<UnitStatuses> reply = await call.Client.StatusAsync(unit, "", call.Cancellation);
            if (reply is not AdminReply<UnitStatuses>.Done done)
                continue;
            foreach (UnitStatus status in done.Value.Machines.Where(static one => one.Active == "failed"))
            {
                foreach (JournalLine line in ListPart.From(status.Lines, status.Lines.Count - MostLines))
                    await call.Error.WriteLineAsync($"   {JournalText.Line(line)}");
            }

            await call.Error.WriteLineAsync($"more of it: corenode unit status {unit}, corenode unit journal {unit}");
        }
    }
}
