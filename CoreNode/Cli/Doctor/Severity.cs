namespace CoreNode.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Will be a problem if nobody does anything.</summary>
    Warning,

    /// <summary>Somebody has to do something now.</summary>
    Problem,
}
