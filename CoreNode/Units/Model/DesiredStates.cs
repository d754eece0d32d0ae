namespace CoreNode.Units.Model;

/// <summary>The words of <see cref="DesiredState"/> on the wire and in the store; fleet's.</summary>
public static class DesiredStates
{
    /// <summary>Its word.</summary>
    public static string Word(DesiredState state) => state switch
    {
        DesiredState.Inactive => "inactive",
        DesiredState.Loaded => "loaded",
        DesiredState.Launched => "launched",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    /// <summary>The state of a word; false for any other text.</summary>
    public static bool TryParse(string? word, out DesiredState state)
    {
        state = word switch
        {
            "loaded" => DesiredState.Loaded,
            "launched" => DesiredState.Launched,
            _ => DesiredState.Inactive,
        };
        return state != DesiredState.Inactive || word == "inactive";
    }

    /// <summary>
    /// The state that a unit is in, as fleet computes it when read (A.1): inactive without a target, or without a
    /// published state of the target; launched if the target's agent says that it started it; loaded otherwise.
    /// </summary>
    /// <param name="target">Machine that it was given to; empty if none.</param>
    /// <param name="jobState">Machine whose agent started and tends it; empty if none.</param>
    /// <param name="hasPublishedState">Whether that target has published a state of it.</param>
    public static DesiredState Current(string target, string jobState, bool hasPublishedState) =>
        target.Length == 0 || !hasPublishedState ? DesiredState.Inactive
        : jobState == target ? DesiredState.Launched
        : DesiredState.Loaded;
}
