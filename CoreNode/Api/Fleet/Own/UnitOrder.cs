using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet.Own;

/// <summary>What one unit of a batch comes to: decided (<see cref="Decide"/>), then written, then answered.</summary>
/// <param name="Unit">What was sent.</param>
internal sealed record UnitOrder(UnitBody Unit)
{
    /// <summary>The text to submit; null if only the state is written, or nothing.</summary>
    public UnitFile? File { get; init; }

    /// <summary>There is no such unit yet.</summary>
    public bool IsNew { get; init; }

    /// <summary>The state to write; null: as it is.</summary>
    public string? Desired { get; init; }

    /// <summary>HTTP status of its answer, if the writing succeeds.</summary>
    public int Status { get; init; }

    /// <summary>Why not; empty if it was done.</summary>
    public string Message { get; init; } = "";

    /// <summary>What became of the writing.</summary>
    public WriteResult Result { get; init; } = new(default, null, "");

    /// <summary>Something is to be written.</summary>
    public bool HasWrites => Message.Length == 0 && (File is not null || Desired is not null);

    /// <summary>Decides by the unit that is there (null: none) what is written. Pure.</summary>
    public static UnitOrder Decide(UnitBody unit, Units.Registry.Job? job, bool replaces)
    {
        UnitOrder order = new(unit);
        if (UnitName.Complaint(unit.Name) is { Length: > 0 } complaint)
            return order.Refused(400, complaint);
        bool hasState = unit.DesiredState.Length > 0;
        if (hasState && !DesiredStates.TryParse(unit.DesiredState, out _))
            return order.Refused(400, $"desiredState {unit.DesiredState}: say inactive, loaded or launched");
        if (unit.Options.Count == 0 && !hasState)
            return order.Refused(400, "neither options nor desiredState: nothing to do");
        if (unit.Options.Count == 0 && job is null)
            return order.Refused(404, $"there is no unit {unit.Name}: submit it first");
        UnitFile? file = unit.Options.Count == 0 ? null : UnitFile.Of(unit.Options);
        bool isSubmitted = file is not null && (job?.File is null || job.Hash != file.Hash);
        if (isSubmitted && UnitVerifier.Refusal(unit.Name, file!) is { } problem)
            return order.Refused(400, problem.Line == 0 ? problem.Message : $"line {problem.Line}: {problem.Message}");
        if (isSubmitted && job?.File is not null && !replaces)
        {
            return order.Refused(
                409, $"there is another unit {unit.Name}: use --replace (\"replace\":true), or destroy it");
        }

        if (hasState && !CanBe(unit, file ?? job?.File))
            return order.Refused(400, $"{unit.Name} is a template: start an instance, or give it Replicas=");
        string? desired = hasState ? unit.DesiredState
            : job is null ? DesiredStates.Word(DesiredState.Inactive) : null;
        return order with
        {
            File = isSubmitted ? file : null,
            IsNew = job is null,
            Desired = desired is not null && job is not null && DesiredStates.Word(job.Desired) == desired
                && !isSubmitted ? null : desired,
            Status = isSubmitted ? 201 : 204,
        };
    }

    /// <summary>The order with what became of its writing.</summary>
    public UnitOrder Written(WriteResult result) => result.IsDone
        ? this with { Result = result }
        : this with { Status = result.IsAway ? 503 : 409, Message = result.Reason };

    private UnitOrder Refused(int status, string message) => this with { Status = status, Message = message };

    private static bool CanBe(UnitBody unit, UnitFile? file)
    {
        UnitName name = UnitName.Parse(unit.Name)!;
        return !name.IsTemplate || unit.DesiredState == DesiredStates.Word(DesiredState.Inactive)
            || (file is not null && UnitRequirements.Of(name, file).Replicas > 0);
    }
}
