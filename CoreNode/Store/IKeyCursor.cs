namespace CoreNode.Store;

/// <summary>
/// Walks everything below one directory in path order: a directory comes right before what is in it, siblings in byte
/// order of their names. One thread at a time; may rest for any time between calls.
/// </summary>
public interface IKeyCursor
{
    /// <summary>The record that the cursor stands on, after <see cref="MoveNext"/> said true.</summary>
    KeyRecord Current { get; }

    /// <summary>Depth below the directory that was opened: 1 for its children.</summary>
    int Depth { get; }

    /// <summary>Goes to the next record; false at the end.</summary>
    bool MoveNext();

    /// <summary>Makes the next <see cref="MoveNext"/> pass over everything below the current record.</summary>
    void SkipSubtree();
}
