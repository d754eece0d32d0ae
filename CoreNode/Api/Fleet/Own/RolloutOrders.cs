using CoreNode.Api.Wire;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>PUT and DELETE of units/TEMPLATE/rollout: new content reaches no further replica, or goes on.</summary>
internal sealed class RolloutOrders(UnitsDesk desk)
{
    private const int MaxBytes = 64 << 10;

    /// <summary>Pauses it.</summary>
    public async Task PauseAsync(FleetRequest request, string template)
    {
        RequestContext context = request.Context;
        (GoJsonValue? json, Task? refusal) = context.CanHaveBody
            ? await OwnAnswer.ReadAsync(context, MaxBytes)
            : (new GoJsonValue { Kind = GoJsonKind.Map }, null);
        if (json is null)
        {
            await refusal!;
            return;
        }

        string error = "";
        string reason = GoBody.Text(json, "reason", ref error);
        if (error.Length > 0)
            await context.Message(400, error);
        else
            await ChangeAsync(
                context, template,
                new JobRollout(IsStopped: false, "", reason, context.Caller.CertificateName ?? ""));
    }

    /// <summary>Resumes it.</summary>
    public Task ResumeAsync(FleetRequest request, string template) => ChangeAsync(request.Context, template, null);

    private async Task ChangeAsync(RequestContext context, string template, JobRollout? rollout)
    {
        RegistryFollower follower = await desk.Registry.BeginAsync(context.ClientGone);
        try
        {
            if (!follower.Current.Jobs.TryGetValue(template, out Job? job))
            {
                await context.Message(404, $"there is no unit {template}");
                return;
            }

            if (!job.HasReplicas)
            {
                await context.Message(
                    409, $"{template} has no replicas: only a template with Replicas= has a rollout");
                return;
            }

            WriteResult result = await desk.Writer.SetRolloutAsync(template, rollout, CancellationToken.None);
            await desk.SeeAsync(follower, result, context.ClientGone);
            await OwnAnswer.Done(context, result);
        }
        finally
        {
            desk.Registry.End();
        }
    }
}
