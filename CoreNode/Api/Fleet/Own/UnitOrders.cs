using System.Globalization;
using CoreNode.Api.Wire;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>What changes units: POST /corenode/v1/units, DELETE and restart of one.</summary>
internal sealed class UnitOrders(UnitsDesk desk)
{
    private const int MostRestartTries = 3;

    private readonly UnitBatch _batch = new(desk);

    /// <summary>Submits many units, or says what is wanted of many; each fails alone.</summary>
    public async Task BatchAsync(FleetRequest request)
    {
        RequestContext context = request.Context;
        (GoJsonValue? json, Task? refusal) = await OwnAnswer.ReadAsync(context, desk.Options.MaxBatchBytes);
        if (json is null)
        {
            await refusal!;
            return;
        }

        string error = "";
        bool replaces = OwnAnswer.Flag(json, "replace", ref error);
        List<UnitBody> units = Read(json, ref error);
        if (error.Length == 0 && units.Count > desk.Options.MaxBatchUnits)
        {
            error = string.Create(
                CultureInfo.InvariantCulture,
                $"{units.Count} units are too many at once: send at most {desk.Options.MaxBatchUnits}");
        }

        if (error.Length > 0)
        {
            await context.Message(400, error);
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            UnitOrder[] orders = await _batch.RunAsync(follower, units, replaces, context.ClientGone);
            await ShowAsync(context, follower, orders);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>Destroys a unit.</summary>
    public async Task DestroyAsync(FleetRequest request, string name)
    {
        RequestContext context = request.Context;
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            bool isKnown = UnitName.Parse(name) is not null && follower.Current.Jobs.ContainsKey(name);
            WriteResult result = isKnown
                ? await desk.Writer.DestroyAsync(name, CancellationToken.None) : new WriteResult(default, null, "");
            if (!isKnown || result.Is(ErrorCode.KeyNotFound))
            {
                await context.Message(404, $"there is no unit {name}");
                return;
            }

            desk.Hold.End(name);
            await desk.SeeAsync(follower, result, context.ClientGone);
            await OwnAnswer.Done(context, result);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>Asks for a restart of a unit that is launched.</summary>
    public async Task RestartAsync(FleetRequest request, string name)
    {
        RequestContext context = request.Context;
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            WriteResult result = new(default, null, "");
            for (int tries = 1; tries <= MostRestartTries; tries++)
            {
                if (!follower.Current.Jobs.TryGetValue(name, out Job? job))
                {
                    await context.Message(404, $"there is no unit {name}");
                    return;
                }

                if (job.Desired != DesiredState.Launched || job.HasReplicas)
                {
                    await context.Message(409, job.HasReplicas
                        ? $"{name} is a template: restart its instances"
                        : $"{name} is {DesiredStates.Word(job.Desired)}, not launched: start it instead");
                    return;
                }

                ulong before = job.Restart;
                result = await desk.Writer.RestartAsync(name, before, CancellationToken.None);
                if (!result.Is(ErrorCode.CompareFailed) && !result.Is(ErrorCode.KeyExists))
                    break;

                // Somebody else asked for one, too; both are done, so this one counts up from there.
                await desk.Registry.WaitUntilAsync(
                    follower,
                    now => !now.Jobs.TryGetValue(name, out Job? changed) || changed.Restart != before,
                    desk.Options.RegistrationTime, context.ClientGone);
            }

            await desk.SeeAsync(follower, result, context.ClientGone);
            await OwnAnswer.Done(context, result);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    private static List<UnitBody> Read(GoJsonValue json, ref string error)
    {
        List<UnitBody> units = [];
        if (json.Find("units") is not { Kind: GoJsonKind.Array } list)
        {
            if (error.Length == 0)
                error = """
                    "units" is no list: send {"units":[{"name":...,"options":[...],"desiredState":...}]}
                    """;
            return units;
        }

        foreach (GoJsonValue item in list.Items)
        {
            if (UnitBody.Read(item, out string problem) is { } unit)
                units.Add(unit);
            else if (error.Length == 0)
                error = string.Create(CultureInfo.InvariantCulture, $"unit {units.Count + 1}: {problem}");
        }

        return units;
    }

    private static Task ShowAsync(RequestContext context, RegistryFollower follower, UnitOrder[] orders)
    {
        Foundation.StoreIndex index = follower.Current.Index;
        JsonBuffer body = new(4096);
        for (int i = 0; i < orders.Length; i++)
        {
            UnitOrder order = orders[i];
            if (order.Result.Index > index)
                index = order.Result.Index;
            OwnAnswer.Text(body, i == 0 ? "{\"name\":"u8 : ",{\"name\":"u8, order.Unit.Name);
            OwnAnswer.Number(body, ",\"status\":"u8, order.Status);
            OwnAnswer.Text(body, ",\"message\":"u8, order.Message);
            body.Raw("}"u8);
        }

        JsonBuffer json = new(body.Length + 64);
        OwnAnswer.Index(json, index);
        json.Raw(",\"results\":["u8);
        json.Raw(body.Written);
        json.Raw("]}"u8);
        return OwnAnswer.JsonAsync(context, json);
    }
}
