namespace CoreNode.Updates.Omaha;

/// <summary>A sign of life.</summary>
/// <param name="IsActive">In use.</param>
/// <param name="ActiveDays">Days since the last sign that it was in use (old clients); null if not said.</param>
/// <param name="RollCallDays">Days since the last sign at all (old clients); null if not said.</param>
public sealed record OmahaPing(bool IsActive, int? ActiveDays = null, int? RollCallDays = null);
