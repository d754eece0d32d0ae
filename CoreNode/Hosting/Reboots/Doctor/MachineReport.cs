using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>What one machine of the cluster says of itself.</summary>
/// <param name="Machine">Its machine id.</param>
/// <param name="Name">Its node's name; empty for one without.</param>
/// <param name="Program">The version of its corenode.</param>
/// <param name="Release">The version that it runs; empty where it is not updated.</param>
/// <param name="Group">The group of the reboot lock that it takes.</param>
/// <param name="Findings">What it found of itself.</param>
internal sealed record MachineReport(
    string Machine, string Name, string Program, string Release, string Group, IReadOnlyList<UpdateFinding> Findings);
