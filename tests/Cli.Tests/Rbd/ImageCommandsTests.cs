using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class ImageCommandsTests : CommandTest
{
    [Fact]
    public async Task Info_of_a_new_image_is_laid_out_as_in_Ceph()
    {
        await DoAsync("rbd create d --size 10");

        CommandRun run = await RbdAsync("info d");

        Assert.Equal(
            "rbd image 'd':\n" +
            "\tsize 10 MiB in 3 objects\n" +
            "\torder 22 (4 MiB objects)\n" +
            "\tsnapshot_count: 0\n" +
            "\tid: ID\n" +
            "\tblock_name_prefix: rbd_data.ID\n" +
            "\tformat: 2\n" +
            "\tfeatures: layering, exclusive-lock, object-map, fast-diff, deep-flatten\n" +
            "\top_features: \n" +
            "\tflags: \n" +
            "\tcreate_timestamp: TIME\n" +
            "\taccess_timestamp: TIME\n" +
            "\tmodify_timestamp: TIME\n",
            Mask(run.Output));
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Info_json_has_Cephs_keys_in_order()
    {
        await DoAsync("rbd create d --size 10 --stripe-unit 64K --stripe-count 4 --image-feature layering,striping");

        CommandRun run = await RbdAsync("info --format json d");

        Assert.Equal(
            """
            {"name":"d","id":"ID","size":10485760,"objects":4,"order":22,"object_size":4194304,"snapshot_count":0,
            "block_name_prefix":"rbd_data.ID","format":2,"features":["layering","striping"],"op_features":[],"flags":[],
            "create_timestamp":"TIME","access_timestamp":"TIME","modify_timestamp":"TIME","stripe_unit":65536,"stripe_count":4}
            """.Replace("\n", "") + "\n",
            Mask(run.Output));
    }

    [Fact]
    public async Task Info_of_a_data_pool_names_it()
    {
        await CreatePoolAsync("data");
        await DoAsync("rbd create d --size 1 --data-pool data");

        CommandRun run = await RbdAsync("info d");

        Assert.Contains("\tdata_pool: data\n\tblock_name_prefix: rbd_data.1.", run.Output);
        Assert.Contains("deep-flatten, data-pool\n", run.Output);
    }

    [Fact]
    public async Task Info_by_id_shows_the_same_image()
    {
        await DoAsync("rbd create d --size 1");
        CommandRun byName = await DoAsync("rbd info d");
        string id = IdLine().Match(byName.Output).Value;

        Assert.Equal(byName.Output, (await DoAsync($"rbd info --image-id {id}")).Output);
    }

    [Theory]
    [InlineData("create e --size 1G --object-size 5000", "order 13 (8 KiB objects)")]
    [InlineData("create e --size 1G --order 20", "order 20 (1 MiB objects)")]
    [InlineData("create e --size 1G --image-shared", "features: layering, deep-flatten\n")]
    [InlineData("create e --size 1G --image-feature layering --image-feature exclusive-lock", "features: layering, exclusive-lock\n")]
    [InlineData("create e --size 3B", "size 3 B in 1 objects")]
    [InlineData("create e --size 0", "size 0 B in 0 objects")]
    [InlineData("create --image e -s 1G", "size 1 GiB in 256 objects")]
    [InlineData("--rbd-default-features 3 create e --size 1", "features: layering\n")]
    public async Task Create_options_show_in_info(string line, string expected)
    {
        await DoAsync("rbd " + line);

        Assert.Contains(expected, (await DoAsync("rbd info e")).Output);
    }

    [Fact]
    public async Task List_prints_names_in_order()
    {
        await DoAsync("rbd create b --size 1");
        await DoAsync("rbd create a --size 2");

        Assert.Equal("a\nb\n", (await RbdAsync("ls")).Output);
        Assert.Equal("[\"a\",\"b\"]\n", (await RbdAsync("ls --format json")).Output);
        Assert.Equal("[\n    \"a\",\n    \"b\"\n]\n", (await RbdAsync("ls --format=json --pretty-format")).Output);
        Assert.Equal("<images><name>a</name><name>b</name></images>\n", (await RbdAsync("ls --format xml rbd")).Output);
    }

    [Fact]
    public async Task List_of_an_empty_pool_prints_nothing()
    {
        Assert.Equal("", (await DoAsync("rbd ls")).Output);
        Assert.Equal("", (await DoAsync("rbd ls -l")).Output);
        Assert.Equal("[]\n", (await DoAsync("rbd ls --format json")).Output);
    }

    [Fact]
    public async Task Resize_grows_and_shrinks()
    {
        await DoAsync("rbd create a --size 1");

        CommandRun grow = await DoAsync("rbd resize a --size 2");
        CommandRun shrink = await DoAsync("rbd resize a --size 1 --allow-shrink --no-progress");

        Assert.EndsWith("\rResizing image: 100% complete...done.\n", grow.Error);
        Assert.Equal("", shrink.Error);
        Assert.Contains("size 1 MiB", (await DoAsync("rbd info a")).Output);
    }

    [Fact]
    public async Task Rename_moves_the_name()
    {
        await DoAsync("rbd create a --size 1");

        await DoAsync("rbd mv a b");

        Assert.Equal("b\n", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Remove_shows_progress_and_removes()
    {
        await DoAsync("rbd create a --size 1");

        CommandRun run = await DoAsync("rbd rm a");

        Assert.EndsWith("\rRemoving image: 100% complete...done.\n", run.Error);
        Assert.Equal("", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Name_that_is_not_UTF8_is_created_listed_and_removed()
    {
        byte[] bytes = [0x61, 0xFF, 0x62];
        string name = NativeText.Decode(bytes);

        Assert.Equal(0, (await RunAsync(["rbd", "create", name, "--size", "1"])).ExitCode);
        byte[] listed = (await RbdAsync("ls")).OutputBytes;
        Assert.Equal(0, (await RunAsync(["rbd", "rm", name])).ExitCode);

        Assert.Equal([.. bytes, (byte)'\n'], listed);
    }

    [Fact]
    public async Task Status_without_watchers_says_none()
    {
        await DoAsync("rbd create a --size 1");

        Assert.Equal("Watchers: none\n", (await RbdAsync("status a")).Output);
        Assert.Equal("{\"watchers\":[]}\n", (await RbdAsync("status --pool rbd --format=json a")).Output);
    }

    [Fact]
    public async Task Features_switch_off_and_on()
    {
        await DoAsync("rbd create a --size 1");

        await DoAsync("rbd feature disable a object-map fast-diff");
        Assert.Contains("features: layering, exclusive-lock, deep-flatten\n", (await RbdAsync("info a")).Output);

        await DoAsync("rbd feature enable a object-map");
        string info = (await RbdAsync("info a")).Output;
        Assert.Contains("features: layering, exclusive-lock, object-map, fast-diff, deep-flatten\n", info);
        Assert.Contains("flags: object map invalid, fast diff invalid\n", info);
    }

    [Fact]
    public async Task Image_meta_is_set_listed_and_removed()
    {
        await DoAsync("rbd create a --size 1");
        Assert.Equal("There are 0 metadata on this image.\n", (await RbdAsync("image-meta ls a")).Output);
        Assert.Equal("", (await RbdAsync("image-meta ls a --format json")).Output);

        await DoAsync("rbd image-meta set a key1 value1");
        Assert.Equal("There is 1 metadatum on this image:\n\nKey   Value \nkey1  value1\n", (await RbdAsync("image-meta list a")).Output);

        await DoAsync("rbd image-meta set --image a k2 v");
        Assert.Equal("There are 2 metadata on this image:\n\nKey   Value \nk2    v     \nkey1  value1\n", (await RbdAsync("image-meta ls a")).Output);
        Assert.Equal("{\"k2\":\"v\",\"key1\":\"value1\"}\n", (await RbdAsync("image-meta ls a --format json")).Output);
        Assert.Equal("value1\n", (await RbdAsync("image-meta get a key1")).Output);

        await DoAsync("rbd image-meta rm a key1");
        CommandRun gone = await RbdAsync("image-meta get a key1");
        Assert.Equal(2, gone.ExitCode);
        Assert.Equal("rbd: getting metadata failed: (2) No such file or directory", gone.Messages);
    }

    [Fact]
    public async Task Config_of_image_and_pool_override_each_other()
    {
        await DoAsync("rbd create a --size 1");
        await DoAsync("rbd config pool set rbd rbd_cache false");
        await DoAsync("rbd config pool set rbd rbd_qos_iops_limit 100");
        await DoAsync("rbd config image set a rbd_qos_iops_limit 7");

        Assert.Equal("7\n", (await RbdAsync("config image get a rbd_qos_iops_limit")).Output);
        string list = (await RbdAsync("config image ls a --format json")).Output;
        Assert.Contains("""{"name":"rbd_qos_iops_limit","value":"7","source":"image"}""", list);
        Assert.Contains("""{"name":"rbd_cache","value":"false","source":"pool"}""", list);
        Assert.Contains("\"source\":\"config\"", list);

        await DoAsync("rbd config image rm a rbd_qos_iops_limit");
        CommandRun unset = await RbdAsync("config image get a rbd_qos_iops_limit");
        Assert.Equal((2, "rbd: rbd_qos_iops_limit is not set"), (unset.ExitCode, unset.Messages));
    }

    [Fact]
    public async Task Pool_init_marks_the_pool_for_images()
    {
        await DoAsync("rbd pool init rbd");
        await DoAsync("rbd pool init --pool rbd");

        Assert.Contains("\"rbd\":{}", (await CephAsync("osd pool application get rbd --format json")).Output);
    }

    [Fact]
    public async Task Pool_init_of_another_applications_pool_wants_force()
    {
        await CreatePoolAsync("files");
        await DoAsync("ceph osd pool application enable files cephfs");

        CommandRun refused = await RbdAsync("pool init files");

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("rbd: pool init failed: (1) Operation not permitted", refused.Messages);
        await DoAsync("rbd pool init files --force");
    }

    [Fact]
    public async Task Namespaces_are_made_listed_used_and_removed()
    {
        Assert.Equal("", (await RbdAsync("namespace ls")).Output);
        await DoAsync("rbd namespace create rbd/n");
        await DoAsync("rbd create rbd/n/a --size 1");

        Assert.Equal("NAME\nn   \n", (await RbdAsync("namespace ls rbd")).Output);
        Assert.Equal("[{\"name\":\"n\"}]\n", (await RbdAsync("namespace ls --format json")).Output);
        Assert.Equal("a\n", (await RbdAsync("ls rbd/n")).Output);
        Assert.Equal("", (await RbdAsync("ls rbd")).Output);
        Assert.Equal(16, (await RbdAsync("namespace rm rbd/n")).ExitCode);

        await DoAsync("rbd rm --namespace n a");
        await DoAsync("rbd namespace rm --namespace n");
        CommandRun gone = await RbdAsync("ls rbd/n");
        Assert.Equal((2, "rbd: namespace 'n' does not exist."), (gone.ExitCode, gone.Messages));
    }

    [Fact]
    public async Task Pool_stats_count_images_and_bytes()
    {
        await DoAsync("rbd create a --size 1G");
        await DoAsync("rbd create b --size 1G");

        Assert.Equal("Total Images: 2\nTotal Snapshots: 0\nProvisioned Size: 2 GiB\n", (await RbdAsync("pool stats")).Output);
        Assert.Equal(
            """{"images":{"count":2,"provisioned_bytes":2147483648,"snap_count":0},"trash":{"count":0,"provisioned_bytes":0,"snap_count":0}}""" + "\n",
            (await RbdAsync("pool stats rbd --format json")).Output);
    }

    [Fact]
    public async Task Bench_prints_plan_and_sum()
    {
        await DoAsync("rbd create a --size 1");

        CommandRun run = await DoAsync("rbd bench a --io-type write --io-size 4096 --io-threads 4 --io-total 1M");

        string[] lines = run.Output.Split('\n');
        Assert.Equal("bench  type write io_size 4096 io_threads 4 bytes 1048576 pattern sequential", lines[0]);
        Assert.Equal("  SEC       OPS   OPS/SEC   BYTES/SEC", lines[1]);
        Assert.Matches(@"^elapsed: \d+   ops: 256   ops/sec: \S+   bytes/sec: [\d.]+ [KMG]?i?B/s$", lines[^2]);
        Assert.Equal("NAME  PROVISIONED  USED \na           1 MiB  1 MiB\n", (await DoAsync("rbd du a")).Output);
    }

    [Fact]
    public async Task Watch_prints_a_line_for_each_change()
    {
        await DoAsync("rbd create a --size 1");
        using var input = new BlockingInput();
        using var output = new MemoryStream();
        Task<CommandRun> watch = RunAsync(["rbd", "watch", "a"], input, output);
        await input.WaitUntilReadAsync();

        Assert.Contains("watcher=", (await DoAsync("rbd status a")).Output);
        input.Press();

        Assert.Equal(0, (await watch).ExitCode);
        Assert.StartsWith("press enter to exit...\n", System.Text.Encoding.UTF8.GetString(output.ToArray()));
    }

    private static string Mask(string output) =>
        Times().Replace(Ids().Replace(output, "ID"), "TIME");

    [GeneratedRegex(@"(?<=id: |""id"":""|rbd_data\.)[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"(?<=\tid: )\S+", RegexOptions.None, 1000)]
    private static partial Regex IdLine();

    [GeneratedRegex(@"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", RegexOptions.None, 1000)]
    private static partial Regex Times();
}
