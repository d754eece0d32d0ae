namespace CoreNode.Platform.Processes;

/// <summary>How a process ended, as waitid(2) tells.</summary>
public enum ProcessEndKind
{
    /// <summary>By itself, with an exit code.</summary>
    Exited,

    /// <summary>By a signal.</summary>
    Killed,

    /// <summary>By a signal, with a core dump.</summary>
    Dumped,

    /// <summary>It is gone, and nobody can tell how: it was another process's child.</summary>
    Unknown,
}
