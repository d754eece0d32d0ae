using System.Text;
using CoreNode.Cli.Payloads;
using CoreNode.Platform;
using CoreNode.Updates.Keys;

namespace CoreNode.Hosting.Payloads;

/// <summary>The command line's work with the keys that sign payloads, over Updates.Keys.</summary>
internal sealed class KeyOffice : IKeyOffice
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = Own | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public IReadOnlyList<string> Kinds => KeyKinds.Names;

    public KeyFiles Make(string kind, string file, bool replaces)
    {
        if (!replaces && File.Exists(file))
        {
            throw new IOException(
                $"{file} is there already: machines that trust it could not be updated without it; take another name, "
                + "or replace it with --force");
        }

        KeyKind wanted = KeyKinds.Find(kind) ?? throw new ArgumentException("no such kind", nameof(kind));
        SigningKey key = SigningKey.Create(wanted);
        string shown = Path.ChangeExtension(file, ".pub.pem");
        if (shown == file)
            throw new IOException($"{file} is the name of a public key; take another, such as release.key");
        if (!replaces && File.Exists(shown))
            throw new IOException($"{shown} is there already, the public part of another key; take another name");
        // Not replaced in place: that would keep the permissions of what lay there, perhaps a file for everybody.
        File.Delete(file);
        File.Delete(shown);
        SmallFiles.Write(file, Encoding.ASCII.GetBytes(key.ToPem()), Own, replaces: false);
        SmallFiles.Write(shown, Encoding.ASCII.GetBytes(key.Public.ToPem()), Everybody, replaces: false);
        return new KeyFiles(key.Public.Id, KeyKinds.NameOf(wanted), file, shown);
    }

    public RotationFile Rotate(RotationWish wish)
    {
        SigningKey signer = SigningKey.ReadFile(wish.SignerFile ?? wish.OldFile);
        VerifyingKey old = VerifyingKey.ReadFile(wish.OldFile);
        if (!File.Exists(wish.NewFile))
            throw new IOException($"{wish.NewFile} does not exist; `corenode key new {wish.NewFile}` makes it");
        VerifyingKey next = VerifyingKey.ReadFile(wish.NewFile);
        if (old.Id == next.Id)
            throw new IOException($"{wish.OldFile} and {wish.NewFile} hold the same key");
        if (!Directory.Exists(wish.Folder))
            throw new IOException($"the folder {wish.Folder} does not exist");
        uint number = 1;
        foreach ((string file, KeyRotation before) in TrustFolder.ReadRecords(wish.Folder))
        {
            number = before.Number + 1;
            if (before.Retires.Contains(signer.Public.Id))
                throw new IOException($"{signer.Public.ShortId} was retired by {file}: it can sign no record any more");
            if (before.Retires.Contains(next.Id))
                throw new IOException($"{next.ShortId} was retired by {file}: it is never trusted again");
        }

        string[] retires = wish.KeepsOld ? [] : [old.Id];
        KeyRotation record = KeyRotation.Sign(number, signer, next, retires);
        string written = TrustFolder.Write(wish.Folder, record);
        return new RotationFile(number, next.Id, wish.KeepsOld ? null : old.Id, record.Signer, written);
    }
}
