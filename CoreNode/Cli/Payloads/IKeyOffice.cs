namespace CoreNode.Cli.Payloads;

/// <summary>
/// Work with the keys that sign updates, in files of this machine. What goes wrong is an <see cref="IOException"/>
/// with one line for people.
/// </summary>
public interface IKeyOffice
{
    /// <summary>Kinds of keys that can be made, by name.</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary>Makes a key; its public part lies beside it.</summary>
    KeyFiles Make(string kind, string file, bool replaces);

    /// <summary>Makes the next rotation record of a folder.</summary>
    RotationFile Rotate(RotationWish wish);
}
