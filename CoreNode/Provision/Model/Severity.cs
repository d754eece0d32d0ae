namespace CoreNode.Provision.Model;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Note,

    /// <summary>Applied, but probably not what was meant: an unknown key, an old name.</summary>
    Warning,

    /// <summary>The part it is about is refused; a configuration with one is not applied.</summary>
    Error,
}
