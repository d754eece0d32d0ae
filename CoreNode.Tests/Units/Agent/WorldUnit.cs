namespace CoreNode.Tests.Units.Agent;

/// <summary>A unit in the unit manager of an <see cref="AgentWorld"/>.</summary>
internal sealed class WorldUnit(string hash, ulong token)
{
    public string Hash { get; } = hash;

    public ulong Token { get; } = token;

    public string Active { get; set; } = "inactive";

    public int Pid { get; set; }

    public int Starts { get; set; }
}
