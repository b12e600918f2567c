taskset -c 0 ./limit 7802 1 & S=$!
sleep 0.2
for r in 1 2 3 4; do
echo "d16 new: $(taskset -c 1 ./new -addr 127.0.0.1:7802 -s 1 -depth 16)"
echo "d16 old: $(taskset -c 1 ../labold/old -addr 127.0.0.1:7802 -s 1 -depth 16)"
done
kill $S
