using CoreNode.Api.Wire;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>/corenode/v1/machines: who is there, what units take of them, and taking them out of use.</summary>
internal sealed class MachinePages(UnitsDesk desk, TimeProvider time)
{
    private const int MaxCordonBytes = 64 << 10;

    private readonly LongPoll _poll = new(desk, time);

    /// <summary>GET machines.</summary>
    public async Task ListAsync(FleetRequest request, CancellationToken stopping)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(request.Context.ClientGone);
        try
        {
            RegistryState state = await desk.Registry.WithSelfAsync(follower, request.Context.ClientGone);
            await _poll.AnswerAsync(request, follower, state, Write, stopping);
        }
        finally
        {
            desk.Registry.End();
        }
    }

    /// <summary>PUT machines/ID/cordon.</summary>
    public async Task CordonAsync(FleetRequest request, string machine)
    {
        RequestContext context = request.Context;
        (GoJsonValue? json, Task? refusal) = context.CanHaveBody
            ? await OwnAnswer.ReadAsync(context, MaxCordonBytes)
            : (new GoJsonValue { Kind = GoJsonKind.Map }, null);
        if (json is null)
        {
            await refusal!;
            return;
        }

        string error = "";
        string reason = GoBody.Text(json, "reason", ref error);
        bool isDraining = OwnAnswer.Flag(json, "drain", ref error);
        if (error.Length > 0)
            await context.Message(400, error);
        else
            await ChangeAsync(context, machine, new MachineCordon(isDraining, reason, WhoAsks(context)));
    }

    /// <summary>DELETE machines/ID/cordon.</summary>
    public Task UncordonAsync(FleetRequest request, string machine) => ChangeAsync(request.Context, machine, null);

    private static string WhoAsks(RequestContext context) => context.Caller.CertificateName ?? "";

    private static void Write(JsonBuffer json, RegistryState state)
    {
        json.Raw(",\"machines\":["u8);
        bool isFirst = true;
        foreach (RegisteredMachine one in state.Machines.Values)
        {
            if (one.Machine is not { } machine)
                continue;
            if (!isFirst)
                json.Raw(","u8);
            isFirst = false;
            Write(json, state, machine, one.Cordon);
        }

        json.Raw("]"u8);
    }

    private static void Write(JsonBuffer json, RegistryState state, Machine machine, MachineCordon? cordon)
    {
        int units = 0;
        long memory = 0;
        long processors = 0;
        foreach ((string unit, ScheduleEntry entry) in state.ScheduleOf(machine.Id))
        {
            if (entry.State == ScheduleState.Revoked)
                continue;
            units++;
            if (!state.Jobs.TryGetValue(unit, out Job? job))
                continue;
            memory += job.Requirements.MemoryReserveBytes;
            processors += job.Requirements.CpuReserveMillis;
        }

        OwnAnswer.Text(json, "{\"id\":"u8, machine.Id);
        OwnAnswer.Text(json, ",\"ip\":"u8, machine.PublicIp);
        json.Raw(",\"metadata\":"u8);
        FleetJson.WriteMap(json, machine.Metadata);
        OwnAnswer.Text(json, ",\"version\":"u8, machine.Version);
        OwnAnswer.Text(json, ",\"cordon\":"u8, cordon is null ? "" : cordon.IsDraining ? "draining" : "cordoned");
        OwnAnswer.Text(json, ",\"cordonReason\":"u8, cordon?.Reason ?? "");
        OwnAnswer.Number(json, ",\"units\":"u8, units);
        OwnAnswer.Number(json, ",\"memoryBytes\":"u8, machine.MemoryBytes);
        OwnAnswer.Number(json, ",\"memoryReserved\":"u8, memory);
        OwnAnswer.Number(json, ",\"cpuMillis\":"u8, machine.CpuMillis);
        OwnAnswer.Number(json, ",\"cpuReserved\":"u8, processors);
        json.Raw(",\"peerUrls\":"u8);
        MemberJson.WriteTexts(json, machine.PeerUrls);
        json.Raw("}"u8);
    }

    // A machine that nobody knows is refused, but one that is gone may be given back.
    private async Task ChangeAsync(RequestContext context, string machine, MachineCordon? cordon)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            RegistryState state = follower.Current;
            bool isKnown = cordon is null ? state.Machines.ContainsKey(machine) : state.Machine(machine) is not null;
            if (!isKnown)
            {
                await context.Message(404, $"there is no machine {machine}: GET /corenode/v1/machines lists them");
                return;
            }

            WriteResult result = await desk.Writer.SetCordonAsync(machine, cordon, CancellationToken.None);
            await desk.SeeAsync(follower, result, context.ClientGone);
            await OwnAnswer.Done(context, result);
        }
        finally
        {
            desk.Registry.End();
        }
    }
}
