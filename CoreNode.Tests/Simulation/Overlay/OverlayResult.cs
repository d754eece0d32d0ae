using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>What one run amounts to.</summary>
internal sealed record OverlayResult(ulong TraceHash, long Events, int Checked, int MostBatches, UnitsTally Tally);
