using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Wire;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet.Own;

/// <summary>Units as /corenode/v1 shows them.</summary>
internal static class UnitViewJson
{
    /// <summary>One unit; with its options where only that one is shown.</summary>
    public static void Write(JsonBuffer json, UnitView view, bool hasOptions)
    {
        Job job = view.Job;
        OwnAnswer.Text(json, "{\"name\":"u8, job.Name.Full);
        OwnAnswer.Text(json, ",\"hash\":"u8, job.Hash);
        OwnAnswer.Text(json, ",\"desiredState\":"u8, DesiredStates.Word(job.Desired));
        OwnAnswer.Text(json, ",\"currentState\":"u8, DesiredStates.Word(view.Current));
        OwnAnswer.Flag(json, ",\"isGlobal\":"u8, job.Requirements.IsGlobal);
        OwnAnswer.Flag(json, ",\"isSingleton\":"u8, job.Requirements.IsSingleton);
        OwnAnswer.Number(json, ",\"replicas\":"u8, job.HasReplicas ? job.Requirements.Replicas : 0);
        if (job.HasReplicas)
        {
            OwnAnswer.Flag(json, ",\"isRolling\":"u8, job.Requirements.IsRolling);
            OwnAnswer.Number(json, ",\"outdatedReplicas\":"u8, view.Outdated);
            string rollout = job.Rollout?.Holds(job.Hash) != true ? "" : job.Rollout.IsStopped ? "stopped" : "paused";
            OwnAnswer.Text(json, ",\"rollout\":"u8, rollout);
            OwnAnswer.Text(json, ",\"rolloutReason\":"u8, job.Rollout?.Reason ?? "");
        }

        OwnAnswer.Text(json, ",\"target\":"u8, job.Target);
        OwnAnswer.Text(json, ",\"reason\":"u8, view.Reason);
        if (job.Notice is { IsStaying: true })
            OwnAnswer.Flag(json, ",\"isStaying\":"u8, true);
        OwnAnswer.Text(json, ",\"description\":"u8, job.File?.Description ?? "");
        json.Raw(",\"machines\":["u8);
        for (int i = 0; i < view.Places.Count; i++)
        {
            json.Raw(i == 0 ? "{"u8 : ",{"u8);
            Write(json, view.Places[i]);
        }

        json.Raw("]"u8);
        if (hasOptions)
            FleetJson.WriteOptions(json, job.File?.Options ?? []);
        json.Raw("}"u8);
    }

    private static void Write(JsonBuffer json, UnitPlace place)
    {
        UnitStates states = place.State?.States ?? new UnitStates("", "", "");
        OwnAnswer.Text(json, "\"id\":"u8, place.MachineId);
        OwnAnswer.Text(json, ",\"ip\":"u8, place.Machine?.PublicIp ?? "");
        OwnAnswer.Text(json, ",\"load\":"u8, states.Load);
        OwnAnswer.Text(json, ",\"active\":"u8, states.Active);
        OwnAnswer.Text(json, ",\"sub\":"u8, states.Sub);
        OwnAnswer.Text(json, ",\"result\":"u8, place.State?.Result ?? "");
        OwnAnswer.Text(json, ",\"since\":"u8, place.State?.Since is { } since ? MachineJson.Moment(since) : "");
        json.Raw("}"u8);
    }
}
