using System.Buffers;
using System.Text.Json;

namespace CoreNode.Updates.Server.Parcels;

/// <summary>
/// The first part of a parcel of packages: JSON, version 1. What it says counts only where the payloads' own signed
/// metadata says nothing.
/// </summary>
internal static class ParcelFactsCodec
{
    /// <summary>More is none.</summary>
    public const int MostBytes = 4 << 20;

    private const int Version = 1;

    public static byte[] Write(ParcelFacts facts)
    {
        ArrayBufferWriter<byte> text = new();
        using Utf8JsonWriter json = new(text);
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("app", facts.App);
        json.WriteString("appName", facts.AppName);
        json.WriteStartArray("packages");
        foreach (CataloguePackage package in facts.Packages)
            Write(json, package);
        json.WriteEndArray();
        json.WriteStartArray("floors");
        foreach (ParcelFloor floor in facts.Floors)
        {
            json.WriteStartObject();
            json.WriteString("version", floor.Version);
            json.WriteString("board", floor.Board);
            json.WriteString("reason", floor.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return text.WrittenSpan.ToArray();
    }

    /// <exception cref="IOException">It is none.</exception>
    public static ParcelFacts Read(byte[] text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            throw new IOException($"what the file says of itself cannot be read: {fault.Message}", fault);
        }
    }

    private static ParcelFacts Read(JsonElement json)
    {
        if (json.GetProperty("version").GetInt32() > Version)
            throw new IOException("the file is of a newer version than this program knows: use a newer one");
        string app = Text(json, "app");
        List<CataloguePackage> packages = [];
        foreach (JsonElement package in json.GetProperty("packages").EnumerateArray())
            packages.Add(ReadPackage(package, app));
        List<ParcelFloor> floors = [];
        foreach (JsonElement floor in json.GetProperty("floors").EnumerateArray())
            floors.Add(new ParcelFloor(Text(floor, "version"), Text(floor, "board"), Text(floor, "reason")));
        return new ParcelFacts(app, Text(json, "appName"), packages, floors);
    }

    private static CataloguePackage ReadPackage(JsonElement json, string app)
    {
        List<CatalogueFile> files = [];
        foreach (JsonElement file in json.GetProperty("files").EnumerateArray())
        {
            files.Add(new CatalogueFile
            {
                Kind = (CatalogueFileKind)file.GetProperty("kind").GetInt32(),
                Name = Text(file, "name"),
                Sha256 = Text(file, "sha256"),
                Sha1 = "",
                Size = file.GetProperty("size").GetInt64(),
                FromVersion = Text(file, "fromVersion"),
                IsRequired = file.GetProperty("required").GetBoolean(),
            });
        }

        return new CataloguePackage
        {
            Id = 0,
            App = app,
            Version = Text(json, "version"),
            Board = Text(json, "board"),
            Description = Text(json, "description"),
            MoreInfo = Text(json, "moreInfo"),
            Created = default,
            Files = files,
        };
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static void Write(Utf8JsonWriter json, CataloguePackage package)
    {
        json.WriteStartObject();
        json.WriteString("version", package.Version);
        json.WriteString("board", package.Board);
        json.WriteString("description", package.Description);
        json.WriteString("moreInfo", package.MoreInfo);
        json.WriteStartArray("files");
        foreach (CatalogueFile file in package.Files)
        {
            json.WriteStartObject();
            json.WriteNumber("kind", (int)file.Kind);
            json.WriteString("name", file.Name);
            json.WriteString("sha256", file.Sha256);
            json.WriteNumber("size", file.Size);
            json.WriteString("fromVersion", file.FromVersion);
            json.WriteBoolean("required", file.IsRequired);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
