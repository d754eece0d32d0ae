using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet;

/// <summary>/fleet/v1/units: what is wanted, and what became of it (fleet: A.10).</summary>
internal sealed class UnitsResource(UnitsDesk desk)
{
    private const string NoUnit = "unit does not exist";

    // Somebody else may have made or destroyed the unit between the look and the write.
    private const int MostLooks = 3;

    /// <summary>GET units.</summary>
    public async Task ListAsync(FleetRequest request)
    {
        RequestContext context = request.Context;
        if (PageToken.Of(request, out string error) is not { } token)
        {
            await FleetAnswer.Error(context, 400, error);
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            RegistryState state = follower.Current;
            JsonBuffer json = new(16 << 10);
            FleetPage.Write(json, "units"u8, [.. state.Jobs.Values], token, (target, job) =>
                FleetJson.WriteUnit(target, job, Current(state, job)));
            await FleetAnswer.JsonAsync(context, 200, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>GET units/NAME.</summary>
    public async Task GetAsync(FleetRequest request, string name)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(request.Context.ClientGone);
        try
        {
            RegistryState state = follower.Current;
            if (!state.Jobs.TryGetValue(name, out Job? job))
            {
                await FleetAnswer.Error(request.Context, 404, NoUnit);
                return;
            }

            JsonBuffer json = new(4096);
            FleetJson.WriteUnit(json, job, Current(state, job));
            await FleetAnswer.JsonAsync(request.Context, 200, json);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>DELETE units/NAME.</summary>
    public async Task DeleteAsync(FleetRequest request, string name)
    {
        RequestContext context = request.Context;
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            // A name that is none is not looked for in the store, either: it might be a path.
            WriteResult result = UnitName.Parse(name) is null || !follower.Current.Jobs.ContainsKey(name)
                ? new WriteResult(default, new KvError((int)ErrorCode.KeyNotFound, "", "", 0), "")
                : await desk.Writer.DestroyAsync(name, CancellationToken.None);
            desk.Hold.End(name);
            await desk.SeeAsync(follower, result, context.ClientGone);
            if (result.Is(ErrorCode.KeyNotFound))
                await FleetAnswer.Error(context, 404, NoUnit);
            else
                await Done(context, result, 204);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>PUT units/NAME: makes it, gives it another text, or says what is wanted of it.</summary>
    public async Task PutAsync(FleetRequest request, string name)
    {
        RequestContext context = request.Context;
        (UnitBody? unit, Task? refusal) = await ReadAsync(context, name);
        if (unit is null)
        {
            await refusal!;
            return;
        }

        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            Task? answer = null;
            for (int looks = 1; answer is null; looks++)
                answer = await TryPutAsync(context, follower, unit, isLast: looks == MostLooks);
            await answer;
        }
        finally
        {
            desk.Registry.End();
        }
    }

    private static Task Done(RequestContext context, WriteResult result, int status) =>
        result.IsDone ? FleetAnswer.Empty(context, status)
        : result.IsAway ? FleetAnswer.Error(context, 503, FleetAnswer.StoreAway)
        : FleetAnswer.Error(context, 500, result.Reason);

    private static string Quoted(string text) => GoText.Quote(Encoding.UTF8.GetBytes(text));

    private DesiredState Current(RegistryState state, Job job)
    {
        if (job.Requirements.IsGlobal)
            return DesiredState.Inactive;
        return job.Desired == DesiredState.Loaded && desk.Hold.Holds(job.Name.Full)
            ? DesiredState.Launched : state.CurrentState(job);
    }

    private async ValueTask<(UnitBody? Unit, Task? Refusal)> ReadAsync(RequestContext context, string name)
    {
        string complaint = ContentComplaint(context);
        if (complaint.Length > 0)
            return (null, FleetAnswer.Error(context, 415, complaint));
        RequestBody body = await BodyReader.ReadAsync(context, desk.Options.MaxUnitBytes);
        if (body.NoRoom is { } noRoom)
            return (null, FleetAnswer.Error(context, noRoom.Status, context.Client.Message(noRoom)));
        if (body.IsTooLong)
        {
            return (null, FleetAnswer.Error(
                context, 413, $"the body is longer than {desk.Options.MaxUnitBytes} bytes"));
        }

        UnitBody? unit = UnitBody.Read(body.Bytes.Span, out string error);
        if (unit is null)
            return (null, FleetAnswer.Error(context, 400, $"unable to decode body: {error}"));
        if (unit.Name.Length == 0)
            unit = unit with { Name = name };
        if (unit.Name != name)
        {
            return (null, FleetAnswer.Error(
                context, 400,
                $"name in URL {Quoted(name)} differs from unit name in request body {Quoted(unit.Name)}"));
        }

        complaint = UnitName.Complaint(name);
        return complaint.Length > 0 ? (null, FleetAnswer.Error(context, 400, complaint)) : (unit, null);
    }

    private static string ContentComplaint(RequestContext context)
    {
        Microsoft.Extensions.Primitives.StringValues types = context.RequestHeaders.ContentType;
        if (types.Count != 1)
            return $"expected 1 Content-Type, got {types.Count}";
        string type = types.ToString();
        int semicolon = type.IndexOf(';', StringComparison.Ordinal);
        return (semicolon < 0 ? type : type[..semicolon]).Trim() == RequestContext.JsonType
            ? "" : "only acceptable Content-Type is application/json";
    }

    // The answer; null if somebody else changed the unit meanwhile and it is to be looked at again.
    private async ValueTask<Task?> TryPutAsync(
        RequestContext context, RegistryFollower follower, UnitBody unit, bool isLast)
    {
        RegistryState state = follower.Current;
        state.Jobs.TryGetValue(unit.Name, out Job? job);
        if (job is null && unit.Options.Count == 0)
            return FleetAnswer.Error(context, 409, "unit does not exist and options field empty");
        UnitFile? file = unit.Options.Count == 0 ? null : UnitFile.Of(unit.Options);

        // Also the same text, where the stored one is damaged.
        bool isSubmitted = file is not null && (job?.File is null || job.Hash != file.Hash);
        if (isSubmitted && UnitVerifier.Refusal(unit.Name, file!) is { } problem)
            return FleetAnswer.Error(context, 400, problem.Message);
        if (!isSubmitted && unit.DesiredState.Length == 0)
            return FleetAnswer.Error(context, 409, "must provide DesiredState to update existing unit");
        if (StateComplaint(unit, file ?? job!.File, isSubmitted) is { Length: > 0 } complaint)
            return FleetAnswer.Error(context, 400, complaint);
        WriteResult result = isSubmitted
            ? await SubmitAsync(unit, file!, isNew: job is null)
            : await SetStateAsync(state, job!, unit.DesiredState);
        if (result.Is(ErrorCode.KeyExists) && !isLast)
        {
            await desk.Registry.WaitUntilAsync(
                follower, now => now.Jobs.ContainsKey(unit.Name), desk.Options.RegistrationTime, context.ClientGone);
            return null;
        }

        await desk.SeeAsync(follower, result, context.ClientGone);
        return Done(context, result, isSubmitted ? 201 : 204);
    }

    // fleet takes any word as the state of a unit that is there; a new one's must be one.
    private static string StateComplaint(UnitBody unit, UnitFile? file, bool isSubmitted)
    {
        bool isState = DesiredStates.TryParse(unit.DesiredState, out DesiredState desired);
        if (isSubmitted && !isState && unit.DesiredState.Length > 0)
            return $"invalid state {Quoted(unit.DesiredState)}: expect inactive, loaded or launched";
        UnitName name = UnitName.Parse(unit.Name)!;
        bool isWanted = isState ? desired != DesiredState.Inactive : unit.DesiredState.Length > 0;
        bool canRun = !name.IsTemplate || (file is not null && UnitRequirements.Of(name, file).Replicas > 0);
        return isWanted && !canRun ? $"cannot activate template {Quoted(unit.Name)}" : "";
    }

    private async Task<WriteResult> SubmitAsync(UnitBody unit, UnitFile file, bool isNew)
    {
        desk.Hold.End(unit.Name);
        WriteResult text = await desk.Writer.StoreTextAsync(file, CancellationToken.None);
        if (!text.IsDone)
            return text;

        // As under fleet, a new text of a unit that runs stops it, until it is said what is wanted.
        string desired = unit.DesiredState.Length == 0 ? DesiredStates.Word(DesiredState.Inactive) : unit.DesiredState;
        return WriteResult.Of(
            text, await desk.Writer.SubmitAsync(unit.Name, file.Hash, desired, isNew, CancellationToken.None));
    }

    private async Task<WriteResult> SetStateAsync(RegistryState state, Job job, string desired)
    {
        string name = job.Name.Full;
        bool wasLaunched = !job.Requirements.IsGlobal && state.CurrentState(job) == DesiredState.Launched;
        WriteResult result = await desk.Writer.SetStateAsync(name, desired, CancellationToken.None);
        if (result.IsDone && wasLaunched && desired == DesiredStates.Word(DesiredState.Loaded))
            desk.Hold.Begin(name);
        else
            desk.Hold.End(name);
        return result;
    }
}
