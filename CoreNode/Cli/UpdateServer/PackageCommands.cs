using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server package</c>.</summary>
internal static class PackageCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("package", "packages: signed releases that the server holds")
        {
            Details = "The server holds no private key: it takes only payloads that verify against its trusted keys "
                + "(see `corenode payload create`). A version that several packages have is told from others by "
                + "--board, or named by its number: :17.",
            Examples =
            [
                ("corenode update-server package add 1.4.1.payload", "version and board are those of its signature"),
                ("corenode update-server package list", "what there is"),
            ],
        },
        List(make), Show(make), Add(make), AddFile(make), RemoveFile(make), Set(make), Remove(make));

    private static Argument<string> Version() => new("VERSION") { Description = "version or :NUMBER of a package" };

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list packages")
        {
            Examples =
            [
                ("corenode update-server package list", "of the only application"),
                ("corenode update-server package list --board amd64-usr", "for one kind of machine"),
            ],
        },
        [make.Options.App, make.Options.Board],
        async call =>
        {
            string? one = call.Parsed.GetValue(make.Options.Board);
            string board = one is null ? "" : "?board=" + ServerCall.Escape(one);
            ToldPage page = await call.GetAsync(await call.AppPathAsync() + "/packages" + board);
            List<string[]> rows = [];
            foreach (JsonElement package in page.Root.List("packages"))
            {
                long bytes = 0;
                int files = 0;
                foreach (JsonElement file in package.List("files"))
                {
                    bytes += file.Number("size");
                    files++;
                }

                rows.Add(
                [
                    ":" + ServerCall.Id(package), package.Text("version"), package.Cell("board"),
                    package.Number("counter").ToString(CultureInfo.InvariantCulture),
                    files.ToString(CultureInfo.InvariantCulture), ServerFields.Bytes(bytes),
                    package.When("expiry", call.Now), package.Cell("origin"), package.Text("description"),
                ]);
            }

            return call.Show(
                page, ["NUMBER", "VERSION", "BOARD", "COUNTER", "FILES", "SIZE", "EXPIRY", "FROM", "DESCRIPTION"],
                rows, "there are none yet: corenode update-server package add FILE");
        });

    private static CliCommand Show(ServerCommand make)
    {
        Argument<string> version = Version();
        return make.Make(
            new CliCommand("show", "show a package and its files")
            {
                Examples =
                [
                    ("corenode update-server package show 1.4.1", "what its payload's signature says, and its files"),
                    ("corenode update-server package show :17 -o json", "for programs"),
                ],
            },
            [version, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement package = await call.PackageAsync(
                    await call.AppPathAsync(), call.Parsed.GetValue(version)!);
                return call.Show(new ToldPage(package, package.GetRawText()), () => Write(call, package));
            });
    }

    private static void Write(ServerCall call, JsonElement package)
    {
        TextWriter output = call.Output;
        output.WriteLine($"VERSION   {package.Text("version")} (package :{ServerCall.Id(package)})");
        output.WriteLine($"BOARD     {package.Cell("board")}");
        output.WriteLine($"COUNTER   {package.Number("counter")}, from {package.Number("minimumCounter")} on");
        output.WriteLine($"EXPIRY    {package.When("expiry", call.Now)}");
        output.WriteLine($"FROM      {package.Cell("origin")}, {package.When("created", call.Now)}");
        if (package.Text("description").Length > 0)
            output.WriteLine($"ABOUT     {package.Text("description")}");
        if (package.Text("moreInfo").Length > 0)
            output.WriteLine($"SEE       {package.Text("moreInfo")}");
        output.WriteLine();
        List<string[]> rows = [];
        foreach (JsonElement file in package.List("files"))
        {
            string kind = file.Text("kind") == "delta" ? $"delta from {file.Text("from")}" : file.Text("kind");
            rows.Add([file.Text("name"), kind, ServerFields.Bytes(file.Number("size")), file.Text("sha256")]);
        }

        TextTable.Write(call.Session, ["FILE", "KIND", "SIZE", "SHA256"], rows);
    }

    private static CliCommand Add(ServerCommand make)
    {
        Argument<string> file = new("FILE") { Description = "a payload, signed by a key that the server trusts" };
        Option<string?> version = Text(
            "--version", "VERSION", "for payloads that carry none, as CoreOS' and Flatcar's");
        Option<string?> description = Text("--description", "TEXT", "for people");
        Option<string?> info = Text("--more-info", "URL", "a page about it; machines are told");
        Option<string?> name = Text("--name", "NAME", "the payload's name in URLs; default: update.payload");
        Option<string?> sha256 = Text("--sha256", "HEX", "what it must be; another file is refused");
        return make.Make(
            new CliCommand("add", "take a payload in")
            {
                TakesFiles = true,
                Details = "It is sent, checked whole, and only then a package. Version, board, counter and expiry are "
                    + "those of its signed metadata.",
                Examples =
                [
                    ("corenode update-server package add 1.4.1.payload", "with a bar"),
                    ("corenode update-server package add update.gz --version 4081.2.0 --board amd64-usr",
                        "Flatcar's payloads do not say what they are"),
                ],
            },
            [file, version, make.Options.Board, description, info, name, sha256, make.Options.App],
            async call =>
            {
                StringBuilder path = new(await call.AppPathAsync() + "/packages");
                char separator = '?';
                AddTo(path, ref separator, "version", call.Parsed.GetValue(version));
                AddTo(path, ref separator, "board", call.Parsed.GetValue(make.Options.Board));
                AddTo(path, ref separator, "description", call.Parsed.GetValue(description));
                AddTo(path, ref separator, "moreInfo", call.Parsed.GetValue(info));
                AddTo(path, ref separator, "fileName", call.Parsed.GetValue(name));
                AddTo(path, ref separator, "sha256", call.Parsed.GetValue(sha256));
                ToldPage made = await call.UploadAsync(path.ToString(), call.Parsed.GetValue(file)!);
                string board = made.Root.Text("board") is { Length: > 0 } of ? $" for {of}" : "";
                return call.Show(
                    made, $"{made.Root.Text("version")}{board} is package :{ServerCall.Id(made.Root)}, verified; "
                    + $"`corenode update-server channel set CHANNEL {made.Root.Text("version")}` rolls it out");
            });
    }

    private static CliCommand AddFile(ServerCommand make)
    {
        Argument<string> version = Version();
        Argument<string> file = new("FILE") { Description = "a delta payload or another signed file" };
        Option<string?> from = Text("--from", "VERSION", "it is a delta for machines that run this");
        Option<bool> full = new("--full") { Description = "it is the full payload of a package that has none yet" };
        Option<bool> required = new("--required") { Description = "of an extra file: machines cannot do without" };
        Option<string?> name = Text("--name", "NAME", "its name in URLs");
        return make.Make(
            new CliCommand("add-file", "add a delta or an extra file to a package")
            {
                TakesFiles = true,
                Examples =
                [
                    ("corenode update-server package add-file 1.4.1 1.4.0-1.4.1.payload --from 1.4.0",
                        "machines with 1.4.0 fetch less"),
                    ("corenode update-server package add-file 4081.2.0 oem-azure.gz --board amd64-usr",
                        "Flatcar's extensions"),
                ],
            },
            [version, file, from, full, required, name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement package = await call.PackageAsync(
                    await call.AppPathAsync(), call.Parsed.GetValue(version)!);
                string? old = call.Parsed.GetValue(from);
                string kind = old is not null ? "delta" : call.Parsed.GetValue(full) ? "full" : "extra";
                StringBuilder path = new($"packages/{ServerCall.Id(package)}/files?kind={kind}");
                char separator = '&';
                AddTo(path, ref separator, "from", old);
                AddTo(path, ref separator, "name", call.Parsed.GetValue(name)
                    ?? (kind == "extra" ? Path.GetFileName(call.Parsed.GetValue(file)) : null));
                AddTo(path, ref separator, "required", call.Parsed.GetValue(required) ? "true" : null);
                ToldPage changed = await call.UploadAsync(path.ToString(), call.Parsed.GetValue(file)!);
                return call.Show(changed, $"{package.Text("version")} has it now");
            });
    }

    private static CliCommand RemoveFile(ServerCommand make)
    {
        Argument<string> version = Version();
        Argument<string> name = new("NAME") { Description = "of the file, as `package show` tells" };
        return make.Make(
            new CliCommand("remove-file", "remove a delta or an extra file from a package")
            {
                Examples =
                [
                    ("corenode update-server package remove-file 1.4.1 delta-from-1.4.0.payload",
                        "machines with 1.4.0 get the full payload again"),
                    ("corenode update-server package remove-file :17 oem-azure.gz", "by the package's number"),
                ],
            },
            [version, name, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement package = await call.PackageAsync(
                    await call.AppPathAsync(), call.Parsed.GetValue(version)!);
                string file = call.Parsed.GetValue(name)!;
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Delete, $"packages/{ServerCall.Id(package)}/files/{ServerCall.Escape(file)}");
                return call.Show(changed, $"{package.Text("version")} has no {file} any more");
            });
    }

    private static CliCommand Set(ServerCommand make)
    {
        Argument<string> version = Version();
        Option<string?> description = Text("--description", "TEXT", "for people");
        Option<string?> info = Text("--more-info", "URL", "a page about it; machines are told");
        return make.Make(
            new CliCommand("set", "change what is said about a package")
            {
                Examples =
                [
                    ("corenode update-server package set 1.4.1 --description 'kernel 6.12'", "for people"),
                    ("corenode update-server package set 1.4.1 --more-info https://example.com/1.4.1", "for machines"),
                ],
            },
            [version, description, info, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement package = await call.PackageAsync(
                    await call.AppPathAsync(), call.Parsed.GetValue(version)!);
                ToldPage changed = await call.OrderAsync(
                    HttpMethod.Patch, "packages/" + ServerCall.Id(package), json =>
                    {
                        json.WriteIf("description", call.Parsed.GetValue(description));
                        json.WriteIf("moreInfo", call.Parsed.GetValue(info));
                    });
                return call.Show(changed, $"{package.Text("version")} is changed");
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> version = Version();
        return make.Make(
            new CliCommand("remove", "remove a package that no channel needs")
            {
                Examples =
                [
                    ("corenode update-server package remove 1.3.9", "its files go with it"),
                    ("corenode update-server package remove :17", "by its number"),
                ],
            },
            [version, make.Options.App, make.Options.Board],
            async call =>
            {
                JsonElement package = await call.PackageAsync(
                    await call.AppPathAsync(), call.Parsed.GetValue(version)!);
                ToldPage done = await call.OrderAsync(HttpMethod.Delete, "packages/" + ServerCall.Id(package));
                return call.Show(done, $"{package.Text("version")} is removed");
            });
    }

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static void AddTo(StringBuilder path, ref char separator, string name, string? value)
    {
        if (value is null)
            return;
        path.Append(separator).Append(name).Append('=').Append(ServerCall.Escape(value));
        separator = '&';
    }
}
