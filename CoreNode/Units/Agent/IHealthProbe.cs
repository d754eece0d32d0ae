using CoreNode.Units.Model;

namespace CoreNode.Units.Agent;

/// <summary>Finds out once whether a unit is healthy. Any thread.</summary>
public interface IHealthProbe
{
    /// <summary>Checks all that the unit asks for, within that time.</summary>
    /// <returns>Empty if it is healthy; else why not, for people.</returns>
    Task<string> CheckAsync(
        string unit, UnitRequirements requirements, TimeSpan timeout, CancellationToken cancellation);
}
