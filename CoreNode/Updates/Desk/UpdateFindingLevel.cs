namespace CoreNode.Updates.Desk;

/// <summary>How bad a finding is.</summary>
public enum UpdateFindingLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Will be a problem if nobody does anything.</summary>
    Warning,

    /// <summary>Somebody has to do something now.</summary>
    Problem,
}
