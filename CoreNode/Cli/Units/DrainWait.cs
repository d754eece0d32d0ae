using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>
/// Waits until a machine that is drained has no unit any more but global ones, which belong to it and stay. Says how
/// many are left, and why one of them cannot leave; ends as soon as nothing can move any more.
/// </summary>
internal sealed class DrainWait(UnitCall call, string id)
{
    // Each look fetches the units of the whole cluster.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(50);

    private readonly long _start = call.Session.Host.Time.GetTimestamp();
    private ToldProgress? _told;

    private TimeSpan Waited => call.Session.Host.Time.GetElapsedTime(_start);

    /// <summary>Waits; at most <paramref name="seconds"/>, or without limit if that is 0.</summary>
    public async Task<int> RunAsync(double seconds)
    {
        TimeSpan limit = seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        ulong index = 0;
        while (true)
        {
            TimeSpan left = limit - Waited;
            AdminReply<UnitListing> reply = index == 0
                ? await call.Client.ListAsync("*", call.Cancellation)
                : await call.Client.WaitAsync(
                    "*", index, PollLimit(left), call.Cancellation);
            if (reply is not AdminReply<UnitListing>.Done done)
                return call.Fail(reply, $"waiting until {MachineText.Short(id, "")} is empty");
            index = done.Value.Index;
            ListedUnit[] there = [.. done.Value.Units.Where(IsThere)];
            ListedUnit[] staying = [.. there.Where(static unit => !unit.IsGlobal)];
            if (staying.Length == 0)
                return Finish(there.Length);
            if (Array.TrueForAll(staying, static unit => unit.IsStaying))
                return GiveUp(staying);
            Tell(staying);
            if (Waited >= limit)
                return call.Session.Fail(
                    ExitCode.Failed,
                    $"gave up waiting: {Count(staying.Length)} still on {MachineText.Short(id, "")}; it goes on being "
                    + $"drained, `corenode machine uncordon {MachineText.Short(id, "")}` ends that");
            await Task.Delay(s_pause, call.Session.Host.Time, call.Cancellation);
        }
    }

    // What is to be told although nothing changes needs another look by then.
    private TimeSpan PollLimit(TimeSpan left)
    {
        TimeSpan limit = left < call.PollLimit ? left : call.PollLimit;
        if (_told is not null && _told.Next - Waited < limit)
            limit = _told.Next - Waited;
        return limit > s_shortest ? limit : s_shortest;
    }

    private bool IsThere(ListedUnit unit) =>
        unit.Target == id || unit.Machines.Any(place => place.Id == id);

    private void Tell(ListedUnit[] staying)
    {
        ListedUnit? stuck = staying.FirstOrDefault(static unit => unit.Reason.Length > 0);
        string reason = stuck is null ? "" : $"; {stuck.Name}: {stuck.Reason}";
        string text = $"{Count(staying.Length)} still on {MachineText.Short(id, "")}{reason}";
        TimeSpan waited = Waited;
        if (_told?.Text != text)
            _told = new ToldProgress(text, waited);
        if (_told.Next <= waited)
            call.Error.WriteLine($"{_told.Tell(waited)}: {text}");
    }

    // The scheduler does not wait for them either.
    private int GiveUp(ListedUnit[] staying)
    {
        foreach (ListedUnit unit in staying)
            call.Error.WriteLine($"{unit.Name} stays: {unit.Reason}");
        return call.Session.Fail(
            ExitCode.Failed,
            $"{Count(staying.Length)} still on {MachineText.Short(id, "")}; the others have left it, and whoever can "
            + "leave later does",
            $"corenode machine uncordon {MachineText.Short(id, "")} ends the drain");
    }

    private int Finish(int globals)
    {
        if (call.IsJson)
            MachineText.WriteId(call, id);
        else
            call.Output.WriteLine(globals == 0
                ? $"{MachineText.Short(id, "")} is empty"
                : $"{MachineText.Short(id, "")} is empty but for {globals} global {(globals == 1 ? "unit" : "units")}");
        return ExitCode.Done;
    }

    private static string Count(int units) =>
        units == 1 ? "1 unit is" : string.Create(CultureInfo.InvariantCulture, $"{units} units are");
}
