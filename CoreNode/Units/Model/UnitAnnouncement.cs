namespace CoreNode.Units.Model;

/// <summary>
/// A key that stands in the store while the unit is healthy (Announce=KEY VALUE). %n %N %p %i are replaced already;
/// what depends on the machine is replaced by <see cref="On"/>.
/// </summary>
/// <param name="Key">Absolute path, not below /_coreos.com.</param>
/// <param name="Value">Text; may be empty.</param>
public sealed record UnitAnnouncement(string Key, string Value)
{
    /// <summary>The announcement of one machine: %m is its id, %{ip} the address that it is reached by.</summary>
    public UnitAnnouncement On(Machine machine) => new(Replace(Key, machine), Replace(Value, machine));

    private static string Replace(string text, Machine machine) =>
        text.Contains('%', StringComparison.Ordinal)
            ? text.Replace("%m", machine.Id, StringComparison.Ordinal)
                .Replace("%{ip}", machine.PublicIp, StringComparison.Ordinal)
            : text;
}
