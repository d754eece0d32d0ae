namespace CoreNode.Updates.Lifecycle;

/// <summary>What the health gate says of a version.</summary>
public enum HealthVerdictKind
{
    /// <summary>Not known yet.</summary>
    Waiting,

    /// <summary>As healthy as the version before.</summary>
    Good,

    /// <summary>Worse, and it is this version's fault.</summary>
    Bad,

    /// <summary>Worse, but the site may be at fault: neither marked good nor rolled back.</summary>
    Unclear,
}
