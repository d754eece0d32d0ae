namespace CoreNode.Provision.Planning;

/// <summary>What matters of a line of passwd.</summary>
internal sealed class Account(string name, uint user, uint group, string home)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its number.</summary>
    public uint User { get; } = user;

    /// <summary>The number of its primary group.</summary>
    public uint Group { get; } = group;

    /// <summary>Its home.</summary>
    public string Home { get; } = home;
}
