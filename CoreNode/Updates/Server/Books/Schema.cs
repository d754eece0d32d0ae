using System.Globalization;
using CoreNode.Database;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// The tables of the catalogue, by versions. A database of an older version is brought up step by step when it is
/// opened, all steps in one transaction; one of a newer version is left alone. docs/formats.md tells each column.
/// </summary>
internal static class Schema
{
    /// <summary>"CNUS" in the header of the file: an update server's, and nobody else's.</summary>
    public const int ApplicationId = 0x434e5553;

    private const string Version1 =
        """
        CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE app (
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
          default_group TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
        CREATE TABLE package (
          number INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app ON DELETE CASCADE, version TEXT NOT NULL,
          board TEXT NOT NULL, counter INTEGER NOT NULL, minimum_counter INTEGER NOT NULL, expiry INTEGER,
          description TEXT NOT NULL, more_info TEXT NOT NULL, origin TEXT NOT NULL, created INTEGER NOT NULL,
          UNIQUE (app, version, board)) STRICT;
        CREATE TABLE file (
          package INTEGER NOT NULL REFERENCES package ON DELETE CASCADE, name TEXT NOT NULL, kind INTEGER NOT NULL,
          sha256 BLOB NOT NULL, sha1 BLOB NOT NULL, size INTEGER NOT NULL, from_version TEXT NOT NULL,
          is_required INTEGER NOT NULL, PRIMARY KEY (package, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE channel (
          number INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app ON DELETE CASCADE, name TEXT NOT NULL,
          board TEXT NOT NULL, package INTEGER REFERENCES package DEFERRABLE INITIALLY DEFERRED,
          since INTEGER NOT NULL,
          promote_to INTEGER REFERENCES channel ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
          soak INTEGER NOT NULL, max_error_ppm INTEGER NOT NULL, min_succeeded INTEGER NOT NULL,
          is_automatic INTEGER NOT NULL, UNIQUE (app, name, board)) STRICT;
        CREATE TABLE floor (
          channel INTEGER NOT NULL REFERENCES channel ON DELETE CASCADE,
          package INTEGER NOT NULL REFERENCES package DEFERRABLE INITIALLY DEFERRED, reason TEXT NOT NULL,
          PRIMARY KEY (channel, package)) STRICT, WITHOUT ROWID;
        CREATE TABLE upstream (
          number INTEGER PRIMARY KEY, channel INTEGER NOT NULL UNIQUE REFERENCES channel ON DELETE CASCADE,
          url TEXT NOT NULL, app TEXT NOT NULL, track TEXT NOT NULL, board TEXT NOT NULL, machine TEXT NOT NULL,
          every INTEGER NOT NULL, checked INTEGER, result TEXT NOT NULL) STRICT;
        CREATE TABLE machine_group (
          number INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app ON DELETE CASCADE, id TEXT NOT NULL,
          name TEXT NOT NULL, track TEXT NOT NULL, description TEXT NOT NULL,
          channel INTEGER REFERENCES channel DEFERRABLE INITIALLY DEFERRED, policy TEXT NOT NULL,
          created INTEGER NOT NULL, UNIQUE (app, id), UNIQUE (app, name)) STRICT;
        CREATE TABLE standing (
          machine_group INTEGER PRIMARY KEY REFERENCES machine_group ON DELETE CASCADE, release INTEGER NOT NULL,
          package INTEGER NOT NULL, started INTEGER NOT NULL, paused INTEGER, pause_note TEXT NOT NULL,
          stopped INTEGER, stop_reason TEXT NOT NULL, stop_failed INTEGER NOT NULL, stop_ended INTEGER NOT NULL,
          held_for INTEGER NOT NULL, round INTEGER NOT NULL, first_machine TEXT NOT NULL,
          is_first_passed INTEGER NOT NULL) STRICT;
        CREATE TABLE machine (
          number INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app ON DELETE CASCADE, id TEXT NOT NULL,
          machine_group INTEGER, version TEXT NOT NULL, alias TEXT NOT NULL, board TEXT NOT NULL, oem TEXT NOT NULL,
          oem_version TEXT NOT NULL, aleph TEXT NOT NULL, first_seen INTEGER NOT NULL, state INTEGER NOT NULL,
          since INTEGER NOT NULL, release TEXT NOT NULL, step TEXT NOT NULL, granted INTEGER NOT NULL,
          outcome INTEGER NOT NULL, outcome_round INTEGER NOT NULL, error INTEGER NOT NULL,
          events INTEGER NOT NULL) STRICT;
        CREATE TABLE sign (
          machine INTEGER PRIMARY KEY REFERENCES machine ON DELETE CASCADE, seen INTEGER NOT NULL,
          address TEXT NOT NULL) STRICT;
        CREATE TABLE override (
          machine INTEGER PRIMARY KEY REFERENCES machine ON DELETE CASCADE, is_exempt INTEGER NOT NULL,
          pinned TEXT, is_forced INTEGER NOT NULL, is_despite_stop INTEGER NOT NULL, group_id TEXT,
          note TEXT NOT NULL) STRICT;
        CREATE TABLE history (
          number INTEGER PRIMARY KEY, machine INTEGER NOT NULL REFERENCES machine ON DELETE CASCADE,
          at INTEGER NOT NULL, kind INTEGER NOT NULL, type INTEGER NOT NULL, result INTEGER NOT NULL,
          error INTEGER NOT NULL, version TEXT NOT NULL, other TEXT NOT NULL, state INTEGER NOT NULL) STRICT;
        CREATE INDEX history_of_machine ON history (machine);
        CREATE TABLE sample (
          machine_group INTEGER NOT NULL REFERENCES machine_group ON DELETE CASCADE, at INTEGER NOT NULL,
          version TEXT NOT NULL, machines INTEGER NOT NULL,
          PRIMARY KEY (machine_group, at, version)) STRICT, WITHOUT ROWID;
        CREATE TABLE token (
          number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, sha256 BLOB NOT NULL,
          created INTEGER NOT NULL, expires INTEGER) STRICT;
        CREATE TABLE audit (
          number INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, origin TEXT NOT NULL,
          what TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL) STRICT;
        INSERT INTO setting VALUES ('next', 1);
        """;

    // What makes version n + 1 of version n; never changed once it was released.
    private static readonly string[] s_steps = [Version1];

    /// <summary>The version that this program writes.</summary>
    public static int Newest => s_steps.Length;

    /// <summary>Checks whose file it is and brings it up to <see cref="Newest"/>.</summary>
    /// <returns>The version that it had; 0 for one that is new.</returns>
    /// <exception cref="DatabaseException">It is another program's, or a newer version's.</exception>
    public static int Prepare(DatabaseFile file)
    {
        int version = Check(file);
        if (version == Newest)
            return version;
        file.Begin();
        try
        {
            for (int step = version; step < Newest; step++)
                file.Execute(s_steps[step]);
            file.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Newest}"));
            file.Commit();
        }
        catch
        {
            file.Rollback();
            throw;
        }

        return version;
    }

    /// <summary>The version of a file; 0 for an empty one.</summary>
    /// <exception cref="DatabaseException">It is another program's, or a newer version's.</exception>
    public static int Check(DatabaseFile file)
    {
        long application = file.ReadNumber("PRAGMA application_id");
        long version = file.ReadNumber("PRAGMA user_version");
        bool isEmpty = file.ReadNumber("SELECT COUNT(*) FROM sqlite_schema") == 0;
        if (application != ApplicationId && !isEmpty)
        {
            throw new DatabaseException(
                file.Path, 0, $"{file.Path} is another program's database; give the update server a folder of its own");
        }

        if (version > Newest)
        {
            throw new DatabaseException(
                file.Path,
                0,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path} is of version {version}, and this program knows {Newest}: use the newer program that "
                    + $"wrote it, or restore a backup of before"));
        }

        return isEmpty ? 0 : (int)version;
    }
}
