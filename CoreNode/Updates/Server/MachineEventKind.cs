namespace CoreNode.Updates.Server;

/// <summary>What stands in the history of a machine. The numbers are those of the database.</summary>
public enum MachineEventKind
{
    /// <summary>The first sign of it.</summary>
    First = 1,

    /// <summary>Told by the machine.</summary>
    Told = 2,

    /// <summary>It was offered a version.</summary>
    Granted = 3,

    /// <summary>It runs another version.</summary>
    Version = 4,

    /// <summary>It belongs to another group.</summary>
    Group = 5,

    /// <summary>An administrator wants something else of it.</summary>
    Override = 6,
}
