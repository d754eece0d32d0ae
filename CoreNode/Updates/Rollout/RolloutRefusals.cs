namespace CoreNode.Updates.Rollout;

/// <summary>Requests that no machine sends.</summary>
internal static class RolloutRefusals
{
    private const int MostId = 128;
    private const int MostVersion = 64;

    /// <summary>Null: nothing wrong with it.</summary>
    public static RolloutDecision.Refuse? Of(string machineId, string version)
    {
        if (machineId.Length is 0 or > MostId)
            return new RolloutDecision.Refuse("error-internal", $"a machine id of {machineId.Length} characters");
        return version.Length is 0 or > MostVersion
            ? new RolloutDecision.Refuse("error-invalidVersion", $"a version of {version.Length} characters")
            : null;
    }
}
