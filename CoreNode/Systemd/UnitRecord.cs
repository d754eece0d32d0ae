namespace CoreNode.Systemd;

/// <summary>One unit of the cluster on this machine. Its facts are used under its owner's lock.</summary>
internal sealed class UnitRecord(string name, string hash)
{
    public string Name => name;

    /// <summary>Of the text that systemd was given last.</summary>
    public string Hash { get; set; } = hash;

    /// <summary>Its object on D-Bus.</summary>
    public string Path { get; } = UnitPath.Of(name);

    /// <summary>The interface of its type.</summary>
    public string Interface { get; } = UnitPath.Interface(name);

    public UnitFacts Facts { get; } = new();
}
