using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// Writes many units at once: many writes are under way together, so that the store puts them into few entries. What
/// fails, fails alone.
/// </summary>
internal sealed class UnitBatch(UnitsDesk desk)
{
    /// <summary>Decides and writes; every order has its answer then.</summary>
    public async Task<UnitOrder[]> RunAsync(
        RegistryFollower follower, IReadOnlyList<UnitBody> units, bool replaces, CancellationToken cancellation)
    {
        UnitOrder[] orders = Decide(follower.Current, units, replaces);
        Dictionary<string, UnitFile> texts = [];
        foreach (UnitOrder order in orders)
        {
            if (order.HasWrites && order.File is { } file)
                texts[file.Hash] = file;
        }

        // A job without its text is seen for a moment only, but by everybody: texts first.
        Dictionary<string, WriteResult> stored = await StoreTextsAsync(texts);
        await ForAllAsync(orders.Length, async i => orders[i] = await WriteAsync(orders[i], stored));
        WriteResult last = new(default, null, "");
        foreach (UnitOrder order in orders)
        {
            if (order.Result.Index > last.Index)
                last = order.Result;
        }

        await desk.SeeAsync(follower, last, cancellation);
        return orders;
    }

    private static UnitOrder[] Decide(RegistryState state, IReadOnlyList<UnitBody> units, bool replaces)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        UnitOrder[] orders = new UnitOrder[units.Count];
        for (int i = 0; i < orders.Length; i++)
        {
            UnitBody unit = units[i];
            orders[i] = seen.Add(unit.Name)
                ? UnitOrder.Decide(unit, state.Jobs.GetValueOrDefault(unit.Name), replaces)
                : new UnitOrder(unit)
                {
                    Status = 400,
                    Message = $"{unit.Name} is named twice in this request: the first one counts",
                };
        }

        return orders;
    }

    private async Task<Dictionary<string, WriteResult>> StoreTextsAsync(Dictionary<string, UnitFile> texts)
    {
        UnitFile[] files = [.. texts.Values];
        WriteResult[] results = new WriteResult[files.Length];
        await ForAllAsync(
            files.Length,
            async i => results[i] = await desk.Writer.StoreTextAsync(files[i], CancellationToken.None));
        Dictionary<string, WriteResult> stored = [];
        for (int i = 0; i < files.Length; i++)
            stored[files[i].Hash] = results[i];
        return stored;
    }

    private async Task<UnitOrder> WriteAsync(UnitOrder order, Dictionary<string, WriteResult> stored)
    {
        if (!order.HasWrites)
            return order;
        string name = order.Unit.Name;
        desk.Hold.End(name);
        if (order.File is not { } file)
            return order.Written(await desk.Writer.SetStateAsync(name, order.Desired!, CancellationToken.None));
        WriteResult text = stored[file.Hash];
        return order.Written(!text.IsDone ? text : await desk.Writer.SubmitAsync(
            name, file.Hash, order.Desired, order.IsNew, CancellationToken.None));
    }

    private async Task ForAllAsync(int count, Func<int, Task> work)
    {
        int next = -1;
        Task[] hands = new Task[Math.Min(count, desk.Options.BatchWidth)];
        for (int i = 0; i < hands.Length; i++)
            hands[i] = WorkAsync();
        await Task.WhenAll(hands);

        async Task WorkAsync()
        {
            for (int at = Interlocked.Increment(ref next); at < count; at = Interlocked.Increment(ref next))
                await work(at);
        }
    }
}
